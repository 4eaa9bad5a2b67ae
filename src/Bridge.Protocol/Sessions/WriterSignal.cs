using System.Threading.Tasks.Sources;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// Wakes the one writer. Many sets before the writer looks are one; the writer goes on at the end of the thread pool's
/// queue, so that what the work before it makes ready shares its batch. While the reader hands out what a message has brought
/// it is not woken: it would come before most of that work. Safe for concurrent use; one waits at a time.
/// </summary>
internal sealed class WriterSignal : IValueTaskSource, IThreadPoolWorkItem
{
    private const int Unset = 0;
    private const int IsSet = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> _source;
    private int _state;
    private int _isHeld;
    private int _wakes;

    public void Set()
    {
        if (Interlocked.Exchange(ref _state, IsSet) == Waiting)
        {
            Wake();
        }
    }

    /// <summary>Does not wake the writer until <see cref="Release"/>, which follows soon. The reader's alone.</summary>
    public void Hold() => Interlocked.Exchange(ref _isHeld, 1);

    /// <summary>Ends that.</summary>
    public void Release()
    {
        Interlocked.Exchange(ref _isHeld, 0);
        WakeIfDue();
    }

    void IThreadPoolWorkItem.Execute() => _source.SetResult(true);

    /// <summary>Ends when the signal is set, and unsets it. Also if it is set already the work that waits in the pool goes first.</summary>
    public ValueTask WaitAsync()
    {
        _source.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, Unset) == IsSet)
        {
            Wake();
        }

        return new ValueTask(this, _source.Version);
    }

    public void GetResult(short token)
    {
        _source.GetResult(token);
        Interlocked.Exchange(ref _state, Unset);
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void Wake()
    {
        Interlocked.Exchange(ref _wakes, 1);
        if (Volatile.Read(ref _isHeld) == 0)
        {
            WakeIfDue();
        }
    }

    // Of the two that may meet here, the one that wakes and the one that releases, one finds it due.
    private void WakeIfDue()
    {
        if (Interlocked.Exchange(ref _wakes, 0) != 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}
