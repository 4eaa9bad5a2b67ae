namespace Asgiref.Core.Sync.Work;

/// <summary>Decides between the executor and a cancellation of a <see cref="SyncWork"/>: who comes first has it.</summary>
/// <remarks>
/// A part of the work and not an object, because each call has one; one number and not a lock, because each call changes
/// it. Safe for concurrent use.
/// </remarks>
internal struct SyncWorkTurn
{
    private const int Begun = 1;
    private const int PassedOn = 2;
    private const int BlockedFrame = 4;

    // Whether the work has begun, whether a cancellation went to what it waited for, and how many of its frames block in
    // AsyncToSync, times four.
    private int _state;

    /// <summary>Whether the work has begun, or will never run.</summary>
    public readonly bool HasBegun => (Volatile.Read(in _state) & Begun) != 0;

    /// <param name="isContested">Whether a cancellation may come at the same time. Without one the executor is alone.</param>
    /// <returns>False if the work has begun already, or will never run.</returns>
    public bool TryBegin(bool isContested)
    {
        if (isContested)
        {
            return (Interlocked.Or(ref _state, Begun) & Begun) == 0;
        }

        var isFirst = (_state & Begun) == 0;
        _state |= Begun;
        return isFirst;
    }

    /// <summary>Notes that the function blocks in AsyncToSync: a cancellation goes to what it waits for, first (CANC-04).</summary>
    public void EnterBlockedFrame() => Interlocked.Add(ref _state, BlockedFrame);

    /// <summary>Notes that the function goes on after AsyncToSync.</summary>
    /// <param name="hasFired">
    /// Whether the call's token has fired: what the function waited for has seen it then, even if the token has not come
    /// to tell this call, as it tells the ones that listen since later first.
    /// </param>
    public void LeaveBlockedFrame(bool hasFired)
    {
        if (hasFired)
        {
            Interlocked.Or(ref _state, PassedOn);
        }

        Interlocked.Add(ref _state, -BlockedFrame);
    }

    /// <summary>Called when the call's token has fired.</summary>
    /// <param name="neverRuns">True if the function had not begun; it never will.</param>
    /// <returns>False if the function is or was blocked: what it waits for sees the same token and decides how the call ends (CANC-05).</returns>
    public bool TryCancel(out bool neverRuns)
    {
        var before = Interlocked.Or(ref _state, Begun);
        neverRuns = (before & Begun) == 0;
        return before is 0 or Begun;
    }
}
