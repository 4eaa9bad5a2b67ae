namespace Asgiref.Core.Callables.Transport;

/// <summary>
/// The way of a call out of this process: implemented over a session by Bridge.Protocol, and by the bridge's own router for
/// functions that the bridge hosts. Safe for concurrent use.
/// </summary>
internal interface ICallTransport
{
    /// <summary>The id of this process in paths: who is called back.</summary>
    Guid Peer { get; }

    /// <summary>
    /// Carries a call to its end, which it tells the call. Never throws, and never blocks. When the caller leaves, the callee is
    /// told, and its end is not waited for. It is called on the caller's thread, in the caller's context.
    /// </summary>
    void Send(IOutgoingCall call);

    /// <summary>Tells those who keep a thread for a thread-sensitive context of this process that it has ended. Best effort; never throws.</summary>
    void EndThreadContext(Guid context);
}
