namespace Asgiref.Core.Sync.Diagnostics;

/// <summary>
/// What an <see cref="IBusyThread"/> notes about its thread. While no call waits behind another this is a few stores; when
/// one does, the watches are told, once until they have looked.
/// </summary>
/// <remarks>A part of the executor and guarded by the executor's lock.</remarks>
/// <typeparam name="T">What the executor runs.</typeparam>
internal struct BusyThreadMark<T>
{
    private const int NotNoticed = -1;

    private int _noticed;
    private int _turn;
    private int _threadId;
    private T? _holder;

    /// <summary>Whether the thread runs a call.</summary>
    public bool HasHolder { get; private set; }

    /// <summary>Called when a call has come into the queue.</summary>
    public void Queued(IBusyThread thread)
    {
        if (HasHolder)
        {
            Notice(thread);
        }
    }

    /// <summary>Called by the thread when it has taken a call out of the queue.</summary>
    public void Taken(IBusyThread thread, T holder, int waiting)
    {
        _holder = holder;
        HasHolder = true;
        _turn++;
        _threadId = Environment.CurrentManagedThreadId;
        if (waiting > 0)
        {
            Notice(thread);
        }
    }

    /// <summary>Called by the thread when it has run the call; nothing of it is kept.</summary>
    public void Returned()
    {
        _holder = default;
        HasHolder = false;
    }

    /// <summary>Called when the thread is given up for good.</summary>
    public readonly void Ended(IBusyThread thread)
    {
        if (_noticed > 0)
        {
            BusyThreads.Forget(thread);
        }
    }

    /// <summary>Answers <see cref="IBusyThread.TryLook"/>.</summary>
    /// <param name="waiting">How many calls wait.</param>
    /// <param name="nameOf">Tells the name of a running call; null if it has just ended.</param>
    /// <param name="state">Who has the thread.</param>
    public bool TryLook(int waiting, Func<T, string?> nameOf, out BusyThreadState state)
    {
        if (HasHolder && waiting > 0 && nameOf(_holder!) is { } name)
        {
            state = new BusyThreadState(_turn, _threadId, name, waiting);
            return true;
        }

        _noticed = NotNoticed;
        state = default;
        return false;
    }

    /// <summary>Answers <see cref="IBusyThread.DescribeHolder"/>.</summary>
    public readonly string? Describe(IBusyThread thread, Func<T, string?> nameOf) =>
        HasHolder && nameOf(_holder!) is { } name ? $"{name} has the {thread.Executor} (managed thread {_threadId})" : null;

    private void Notice(IBusyThread thread)
    {
        var generation = BusyThreads.Generation;
        if (_noticed != generation)
        {
            _noticed = generation;
            BusyThreads.Notice(thread, _turn);
        }
    }
}
