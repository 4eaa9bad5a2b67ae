using Bridge.Protocol.V1;

namespace Bridge.Server.Callables;

/// <summary>
/// Where a call comes from: an exchange of a session, a <c>CallableService.Call</c>, or a function of the bridge. Safe for
/// concurrent use; one send at a time.
/// </summary>
internal interface ICallOrigin
{
    /// <summary>Its name in logs.</summary>
    string Name { get; }

    /// <summary>Who owns the thread-sensitive contexts that it names; null if nobody tells their end.</summary>
    object? Owner { get; }

    /// <summary>Whether a work item of the thread pool has come for the call alone: then the function may begin on it.</summary>
    bool HasOwnWorkItem { get; }

    /// <summary>Hears from now on when the caller leaves. Called once, before everything else; may call back at once.</summary>
    void Start(RoutedCall call);

    /// <summary>The call is taken. False when the caller has left.</summary>
    /// <param name="quietly">Whether the answer may well come before it is worth telling.</param>
    bool TryAccept(bool quietly);

    /// <summary>Sends a serialized item; ends when the caller has room for the next. The memory stays as it is for ever.</summary>
    /// <returns>False: the caller does not take it.</returns>
    ValueTask<bool> SendAsync(ReadOnlyMemory<byte> callEvent, CancellationToken cancellationToken);

    /// <summary>Sends a serialized result or error, and does not wait for room: nothing comes behind it.</summary>
    /// <returns>False: the caller does not take it, and has an error instead.</returns>
    bool SendLast(ReadOnlyMemory<byte> callEvent);

    /// <summary>No code ran and none will.</summary>
    void Refuse(RefusedCode code, string reason);

    /// <summary>No result comes any more.</summary>
    void BreakOff(ResetCode code, string reason);

    /// <summary>The function has really returned; after everything else, unless it was refused.</summary>
    void End();
}
