using System.Threading.Tasks.Sources;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// Wakes the one writer. Many sets before the writer looks are one; the writer goes on at the end of the thread pool's
/// queue, so that what the work before it makes ready shares its batch. Safe for concurrent use; one waits at a time.
/// </summary>
internal sealed class WriterSignal : IValueTaskSource, IThreadPoolWorkItem
{
    private const int Unset = 0;
    private const int IsSet = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> _source;
    private int _state;

    public void Set()
    {
        if (Interlocked.Exchange(ref _state, IsSet) == Waiting)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute() => _source.SetResult(true);

    /// <summary>Ends when the signal is set, and unsets it. Also if it is set already the work that waits in the pool goes first.</summary>
    public ValueTask WaitAsync()
    {
        _source.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, Unset) == IsSet)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
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
}
