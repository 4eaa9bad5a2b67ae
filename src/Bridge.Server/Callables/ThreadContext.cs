using System.Diagnostics.CodeAnalysis;

namespace Bridge.Server.Callables;

/// <summary>A thread-sensitive context of a caller, and the processes that its calls have gone to. Under the lock of the workers.</summary>
/// <param name="id">Its id.</param>
/// <param name="maker">The process that made its first call.</param>
[SuppressMessage("Reliability", "CA1001", Justification = "The semaphore has no handle, and calls may still come to it; the timer is disposed when the context leaves the table.")]
internal sealed class ThreadContext(Guid id, Guid maker)
{
    private readonly List<Guid> _homes = [];
    private volatile Guid[] _met = [];

    public Guid Id => id;

    public Guid Maker => maker;

    /// <summary>Who tells its end; null if nobody does.</summary>
    public object? Owner { get; set; }

    /// <summary>Its calls that are under way.</summary>
    public int Live { get; set; }

    /// <summary>Ends it when no call has come for long enough; null while one is under way.</summary>
    public ITimer? Idle { get; set; }

    /// <summary>Held by the call that looks for its process, so that those that come meanwhile go to the same.</summary>
    public SemaphoreSlim Search { get; } = new(1);

    /// <summary>The processes that its next call may go to, the first one first.</summary>
    public IReadOnlyList<Guid> Homes => _homes;

    /// <summary>
    /// All processes that are to hear of its end: also one that has refused a call may have taken another before. Those that are
    /// known at the moment; may be read without the lock.
    /// </summary>
    public IReadOnlyList<Guid> Met => _met;

    public void Add(Guid home)
    {
        if (!_homes.Contains(home))
        {
            _homes.Add(home);
        }

        Meet([home]);
    }

    /// <summary>They are to hear of its end, though no call of it need have gone to them.</summary>
    public void Meet(IEnumerable<Guid> processes) => _met = [.. _met.Union(processes)];

    public void Remove(Guid home) => _homes.Remove(home);
}
