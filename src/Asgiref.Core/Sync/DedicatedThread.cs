namespace Asgiref.Core.Sync;

/// <summary>One thread of a <see cref="DedicatedThreadCache"/>: runs what it is given, one piece at a time, until it is told to end.</summary>
internal sealed class DedicatedThread
{
    private readonly DedicatedThreadCache _owner;
    private readonly object _gate = new();
    private ThreadWork? _next;
    private bool _ending;

    public DedicatedThread(DedicatedThreadCache owner, ThreadWork first)
    {
        _owner = owner;
        _next = first;
    }

    /// <summary>Since when it has no work; guarded by the owner's lock.</summary>
    public long IdleSince { get; set; }

    /// <summary>Starts the thread without the starter's context: each piece of work brings its own (MAP-07).</summary>
    public void Start(string name) => new Thread(Loop) { IsBackground = true, Name = name }.UnsafeStart();

    /// <summary>Hands work to an idle thread.</summary>
    public void Give(ThreadWork work)
    {
        lock (_gate)
        {
            _next = work;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Ends an idle thread.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ending = true;
            Monitor.Pulse(_gate);
        }
    }

    private void Loop()
    {
        var emptyContext = ExecutionContext.Capture()!;
        while (Take() is { } work)
        {
            while (work is not null)
            {
                work.Run(emptyContext);
                // The thread is free, or has its next work, before the caller learns that this one is done: a caller
                // that comes back at once finds this thread instead of starting another.
                var next = _owner.NextFor(this);
                work.Complete();
                work = next;
            }
        }

        _owner.Ended();
    }

    private ThreadWork? Take()
    {
        lock (_gate)
        {
            while (_next is null && !_ending)
            {
                Monitor.Wait(_gate);
            }

            var work = _next;
            _next = null;
            return work;
        }
    }
}
