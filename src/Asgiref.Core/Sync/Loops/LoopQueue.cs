using Asgiref.Core.Sync.Blocking;
using Asgiref.Core.Sync.Diagnostics;

namespace Asgiref.Core.Sync.Loops;

/// <summary>
/// What an <see cref="EventLoop"/> has to run, in the order it came, and the decision when the loop has ended: when it is
/// asked to, nothing is queued and nothing that belongs to it still runs. From then on it takes nothing.
/// </summary>
/// <remarks>Safe for concurrent use, apart from <see cref="Take"/>, which is for the loop's thread. It is its own lock: a loop is made for a single call.</remarks>
/// <param name="maxQueuedCalls">How many tasks may wait to be begun.</param>
internal sealed class LoopQueue(int maxQueuedCalls) : IBusyThread
{
    // Most loops are made for a single call; the default of four places would be 72 bytes more.
    private readonly Queue<LoopItem> _items = new(capacity: 1);
    private BusyThreadMark<LoopItem> _mark;
    private BlockedThread _blocked;
    private int _calls;
    private bool _stopping;
    private bool _closed;

    /// <summary>Whether the loop has ended.</summary>
    public bool IsClosed => Volatile.Read(ref _closed);

    /// <inheritdoc/>
    public string Executor => ExecutorNames.LoopThread;

    /// <summary>How many tasks wait to be begun.</summary>
    public int CallCount => Volatile.Read(ref _calls);

    /// <summary>Takes the beginning of a task.</summary>
    /// <returns>False if the loop has ended; it was not taken.</returns>
    /// <exception cref="ThreadLimitException">Too many wait already; it was not taken.</exception>
    public bool TryAddCall(SendOrPostCallback callback, object? state)
    {
        lock (this)
        {
            if (!_closed)
            {
                SyncLimits.ThrowIfFull("The event loop", _calls, maxQueuedCalls, this);
                _calls++;
            }

            return TryAdd(new LoopItem(callback, state, IsCall: true));
        }
    }

    /// <summary>Takes what continues something that has begun. There is no bound: what has begun must be able to end.</summary>
    /// <returns>False if the loop has ended; the item was not taken.</returns>
    public bool TryAdd(LoopItem item)
    {
        lock (this)
        {
            if (_closed)
            {
                return false;
            }

            _items.Enqueue(item);
            _blocked.Wake(this);
            _mark.Queued(this);
            return true;
        }
    }

    /// <summary>Asks the loop to end when nothing is left to do.</summary>
    public void Stop()
    {
        lock (this)
        {
            _stopping = true;
            _blocked.Wake(this);
        }
    }

    /// <summary>The same, on the loop's own thread: it is awake and looks before it waits again, so that no lock is needed.</summary>
    public void StopFromInside() => Volatile.Write(ref _stopping, true);

    /// <summary>Makes the loop look again whether it may end.</summary>
    public void Wake()
    {
        lock (this)
        {
            _blocked.Wake(this);
        }
    }

    /// <inheritdoc/>
    public bool TryLook(out BusyThreadState state)
    {
        lock (this)
        {
            return _mark.TryLook(_items.Count, FunctionNames.Of, out state);
        }
    }

    /// <inheritdoc/>
    public string? DescribeHolder()
    {
        lock (this)
        {
            return _mark.Describe(this, FunctionNames.Of);
        }
    }

    /// <summary>Blocks until there is something to run or the loop has ended.</summary>
    /// <param name="loop">Is asked, under the lock, whether it may end.</param>
    /// <param name="item">To be run next.</param>
    /// <returns>False if the loop has ended.</returns>
    public bool Take(EventLoop loop, out LoopItem item)
    {
        var spin = new BlockingSpin();
        // A look without the lock; only a hint.
        while (_items.Count == 0 && !Volatile.Read(ref _stopping) && spin.TryAgain())
        {
        }

        lock (this)
        {
            _mark.Returned();
            while (!_items.TryDequeue(out item))
            {
                if (_stopping && loop.MayEnd())
                {
                    _closed = true;
                    _mark.Ended(this);
                    return false;
                }

                // Deciding about the end may itself have queued something.
                if (_items.Count == 0)
                {
                    _blocked.Wait(this);
                }
            }

            _calls -= item.IsCall ? 1 : 0;
            _mark.Taken(this, item, _items.Count);
            return true;
        }
    }
}
