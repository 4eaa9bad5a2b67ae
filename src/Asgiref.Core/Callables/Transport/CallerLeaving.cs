namespace Asgiref.Core.Callables.Transport;

/// <summary>
/// Whether a caller has left, and who is to be told of it: what a source of cancellation with one registration would be, which
/// costs four objects a call. Safe for concurrent use; not to be copied.
/// </summary>
internal struct CallerLeaving
{
    private ICallerWatch? _watch;
    private int _hasLeft;

    /// <summary>Whether the caller has left.</summary>
    public readonly bool HasLeft => Volatile.Read(in _hasLeft) != 0;

    /// <summary>Tells this watch from now on; at once if the caller has left already. Null: nobody any more.</summary>
    public void Watch(ICallerWatch? watch)
    {
        if (watch is null)
        {
            Volatile.Write(ref _watch, null);
            return;
        }

        Interlocked.Exchange(ref _watch, watch);
        if (HasLeft)
        {
            Tell();
        }
    }

    /// <summary>The caller has left.</summary>
    public void Leave()
    {
        Interlocked.Exchange(ref _hasLeft, 1);
        Tell();
    }

    // Of the two that may meet here one finds the watch.
    private void Tell() => Interlocked.Exchange(ref _watch, null)?.CallerLeft();
}
