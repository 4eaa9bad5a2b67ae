namespace Asgiref.Core.Sync;

/// <summary>Decides between the executor and a cancellation of a <see cref="SyncWork"/>: who comes first has it.</summary>
/// <remarks>A part of the work and not an object, because each call has one. Safe for concurrent use.</remarks>
internal struct SyncWorkTurn()
{
    private readonly Lock _gate = new();
    private int _blockedFrames;
    private bool _begun;

    /// <returns>False if the work has begun already, or will never run.</returns>
    public bool TryBegin()
    {
        lock (_gate)
        {
            var mayBegin = !_begun;
            _begun = true;
            return mayBegin;
        }
    }

    /// <summary>Notes that the function blocks in AsyncToSync: a cancellation goes to what it waits for, first (CANC-04).</summary>
    public void EnterBlockedFrame()
    {
        lock (_gate)
        {
            _blockedFrames++;
        }
    }

    public void LeaveBlockedFrame()
    {
        lock (_gate)
        {
            _blockedFrames--;
        }
    }

    /// <summary>Called when the call's token has fired.</summary>
    /// <param name="neverRuns">True if the function had not begun; it never will.</param>
    /// <returns>False if the function is blocked: what it waits for sees the same token and decides how the call ends (CANC-05).</returns>
    public bool TryCancel(out bool neverRuns)
    {
        lock (_gate)
        {
            neverRuns = !_begun;
            _begun = true;
            return neverRuns || _blockedFrames == 0;
        }
    }
}
