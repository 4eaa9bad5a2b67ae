using System.Collections.Concurrent;
using Asgiref.Core.Callables.Incoming;
using Asgiref.Core.Callables.Transport;

namespace Asgiref.Core.Tests.Callables.Network;

/// <summary>Notes what a host reports.</summary>
internal sealed class CountingObserver : CallableObserver
{
    private int _running;

    public ConcurrentQueue<CallableLimit> Limits { get; } = new();

    public ConcurrentQueue<CallFailureKind> Refusals { get; } = new();

    public ConcurrentQueue<CallFailureKind?> Ends { get; } = new();

    public int Running => Volatile.Read(ref _running);

    public override void Reached(CallableLimit limit) => Limits.Enqueue(limit);

    public override void CallStarted(string callable) => Interlocked.Increment(ref _running);

    public override void CallEnded(string callable, CallFailure? failure)
    {
        Interlocked.Decrement(ref _running);
        Ends.Enqueue(failure?.Kind);
    }

    public override void CallRefused(string callable, CallFailure refusal) => Refusals.Enqueue(refusal.Kind);

    public override void TransportRaised(Exception error, string callable) => Assert.Fail($"{callable}: {error}");
}
