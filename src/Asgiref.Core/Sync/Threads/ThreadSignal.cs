using Asgiref.Core.Sync.Blocking;

namespace Asgiref.Core.Sync.Threads;

/// <summary>
/// What a blocked thread waits on: set once by another thread, then used again by the same thread's next wait. A wait
/// inside a wait (work that a blocked thread runs meanwhile) gets a signal of its own.
/// </summary>
internal sealed class ThreadSignal
{
    [ThreadStatic]
    private static ThreadSignal? Spare;

    private readonly object _gate = new();
    private BlockedThread _blocked;
    private bool _set;

    private ThreadSignal() => Setter = Set;

    /// <summary>Ends the wait; to be called exactly once per rent, from any thread.</summary>
    public Action Setter { get; }

    public static ThreadSignal Rent()
    {
        var signal = Spare ?? new ThreadSignal();
        Spare = null;
        return signal;
    }

    /// <summary>Blocks until the setter has been called, then keeps the signal for this thread's next wait.</summary>
    public void WaitAndReturn()
    {
        var spin = new BlockingSpin();
        while (!Volatile.Read(ref _set) && spin.TryAgain())
        {
        }

        lock (_gate)
        {
            while (!_set)
            {
                _blocked.Wait(_gate);
            }

            _set = false;
        }

        Spare = this;
    }

    private void Set()
    {
        lock (_gate)
        {
            _set = true;
            _blocked.Wake(_gate);
        }
    }
}
