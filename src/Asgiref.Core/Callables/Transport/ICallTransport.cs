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
    /// Carries a call to its end. Never throws for what the callee or the wire does: that is the outcome. Ends at once, as
    /// cancelled, when the token fires: the callee is told, and its end is not waited for.
    /// </summary>
    /// <remarks>
    /// The task may be completed in place, also by the thread that reads a connection: what follows it here is short and runs
    /// no code of the application. The method itself is called on the caller's thread, in the caller's context.
    /// </remarks>
    /// <param name="request">The call.</param>
    /// <param name="onItem">
    /// Takes the items of a stream, one at a time, in order; the next comes when it has ended. Null for a call that is no
    /// stream: then an item is the callee's failure. What it throws cancels the call and comes out of this method.
    /// </param>
    /// <param name="cancellationToken">The caller does not wait any more.</param>
    Task<CallOutcome> CallAsync(CallRequest request, Func<CallPayload, ValueTask>? onItem, CancellationToken cancellationToken);

    /// <summary>Tells those who keep a thread for a thread-sensitive context of this process that it has ended. Best effort; never throws.</summary>
    void EndThreadContext(Guid context);
}
