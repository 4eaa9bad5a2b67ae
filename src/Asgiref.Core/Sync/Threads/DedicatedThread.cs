using Asgiref.Core.Sync.Blocking;

namespace Asgiref.Core.Sync.Threads;

/// <summary>One thread of a <see cref="DedicatedThreadCache"/>: takes work from it until there is none, then waits to be woken.</summary>
internal sealed class DedicatedThread(DedicatedThreadRoster owner)
{
    private readonly object _gate = new();
    private BlockedThread _blocked;
    private bool _woken;
    private bool _ending;

    /// <summary>Since when it has no work; guarded by the owner's lock.</summary>
    public long IdleSince { get; set; }

    /// <exception cref="OutOfMemoryException">The system gives no further thread.</exception>
    public void Start(DedicatedThreadOptions options) => options.Starter(new Thread(Loop) { IsBackground = true, Name = options.Name });

    /// <summary>Makes an idle thread look for work.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _woken = true;
            _blocked.Wake(_gate);
        }
    }

    /// <summary>Ends an idle thread.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ending = true;
            _blocked.Wake(_gate);
        }
    }

    private void Loop()
    {
        var emptyContext = ExecutionContext.Capture()!;
        do
        {
            var work = SearchOrRest();
            while (work is not null)
            {
                work.Run(emptyContext);
                // The thread has its next work, or counts as free, before the caller learns that this one is done: a
                // caller that comes back at once finds this thread instead of starting another.
                var next = owner.TakeNext();
                work.Complete();
                work = next ?? SearchOrRest();
            }
        }
        while (WaitForWake());

        owner.Ended();
    }

    /// <summary>
    /// One of the threads on their way looks out for new work for some microseconds before it rests, because sleeping and
    /// waking costs more than that.
    /// </summary>
    private ThreadWork? SearchOrRest()
    {
        var spin = new BlockingSpin();
        while (owner.IsAwaitedByOneThread && spin.TryAgain())
        {
        }

        return owner.TakeOrRest(this);
    }

    /// <returns>False if the thread is to end.</returns>
    private bool WaitForWake()
    {
        lock (_gate)
        {
            while (!_woken && !_ending)
            {
                _blocked.Wait(_gate);
            }

            _woken = false;
            return !_ending;
        }
    }
}
