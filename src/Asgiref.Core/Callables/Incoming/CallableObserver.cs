using Asgiref.Core.Callables.Transport;

namespace Asgiref.Core.Callables.Incoming;

/// <summary>The ear of whoever logs and counts; this library does neither. No report may throw, and each may come from any thread.</summary>
internal class CallableObserver
{
    public virtual void Reached(CallableLimit limit)
    {
    }

    /// <summary>A call from another process was accepted.</summary>
    public virtual void CallStarted(string callable)
    {
    }

    /// <summary>Its function has really returned, or never will run: its place is free.</summary>
    public virtual void CallEnded(string callable, CallFailure? failure)
    {
    }

    /// <summary>A call was answered as timed out although its function goes on; its place stays taken.</summary>
    public virtual void CallGivenUp(string callable)
    {
    }

    /// <summary>A call from another process was refused before any application code ran.</summary>
    public virtual void CallRefused(string callable, CallFailure refusal)
    {
    }

    /// <summary>A transport threw, which it must not.</summary>
    public virtual void TransportRaised(Exception error, string callable)
    {
    }
}
