namespace Asgiref.Core.Callables.Transport;

/// <summary>A call that has come from another process, in the hands of the one that runs it. Safe for concurrent use.</summary>
internal interface IIncomingCall
{
    /// <summary>What was called, with what.</summary>
    CallRequest Request { get; }

    /// <summary>Whether the caller has ceased to wait.</summary>
    bool HasCallerLeft { get; }

    /// <summary>Tells the watch when the caller ceases to wait, at once if it has; null: nobody any more.</summary>
    void WatchCaller(ICallerWatch? watch);

    /// <summary>
    /// Says that the call is taken: its code is about to run, or waits for its thread. Once, before anything else. False when
    /// the caller has left meanwhile: then no code may run.
    /// </summary>
    bool TryAccept();

    /// <summary>Sends an item of a stream; ends when the caller has room for the next.</summary>
    /// <exception cref="OperationCanceledException">The caller has left.</exception>
    ValueTask SendItemAsync(CallPayload item);

    /// <summary>
    /// The end, once, also after <see cref="TryAccept"/> said no: the outcome for the caller, if it still listens. A failure
    /// before <see cref="TryAccept"/> is a refusal.
    /// After an accepted call it is called when the function has really returned, or, for a function that ignores its
    /// cancellation, first <see cref="GiveUp"/>.
    /// </summary>
    Task EndAsync(CallOutcome outcome);

    /// <summary>Answers the caller although the function goes on; its place stays taken until <see cref="EndAsync"/>, whose outcome nobody hears.</summary>
    Task GiveUp(CallOutcome outcome);
}
