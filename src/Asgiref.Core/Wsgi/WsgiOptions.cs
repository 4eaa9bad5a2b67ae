using System.Collections.ObjectModel;

namespace Asgiref.Core.Wsgi;

/// <summary>How <see cref="WsgiToAsgi"/> runs an application. Checked when the adapter is made. Immutable.</summary>
public sealed record WsgiOptions
{
    /// <summary>
    /// How many values one header may have; one more and the request gets 400 without the application being called
    /// (WSGI-20). Unit: values; default 100; 1 or more, null switches the check off. It bounds what joining them costs.
    /// </summary>
    public int? DuplicateHeaderLimit { get; init; } = 100;

    /// <summary>
    /// How many requests may run at the same time, each on a thread of its own. Unit: threads; default 256; 1 to 32,767.
    /// Threads start when needed. Pool threads are never used, because blocked applications would starve them.
    /// </summary>
    public int MaxThreads { get; init; } = 256;

    /// <summary>
    /// How many requests may wait for a thread; the next one gets 503. Unit: requests; default 1,024; 0 or more. It bounds
    /// the memory of an overload.
    /// </summary>
    public int MaxQueuedRequests { get; init; } = 1024;

    /// <summary>
    /// How long a request waits for a thread before it gets 503 with Retry-After. Default 10 s; zero (never wait) to one
    /// hour. Long enough for a burst, short enough that clients are still there.
    /// </summary>
    public TimeSpan ThreadQueueTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a thread without work is kept. Default 30 s; above zero to one day. Shorter frees memory sooner, longer
    /// spares the start of threads. The thread of <see cref="SingleThreaded"/> is always kept.
    /// </summary>
    public TimeSpan ThreadIdleLifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long <see cref="WsgiToAsgi.DisposeAsync"/> waits for requests that still run. Default 5 s; zero to one hour. A host
    /// ends its instances before, so this is for an application that blocks and cannot be stopped.
    /// </summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Runs one request at a time, always on the same thread (PEP-53), for applications that are not safe for concurrent
    /// use or tied to a thread. Default false. <see cref="MaxThreads"/> then has no effect.
    /// </summary>
    public bool SingleThreaded { get; init; }

    /// <summary>
    /// The value of <c>wsgi.multiprocess</c>: may another process run the same application at the same time (PEP-22).
    /// Default true, because an adapter cannot rule it out; a host that knows better says so.
    /// </summary>
    public bool MultiProcess { get; init; } = true;

    /// <summary>
    /// Entries of the deployer for every environ (PEP-55); they replace what the request brings. Names beginning with
    /// <c>wsgi.</c> are refused. Default none.
    /// </summary>
    public IReadOnlyDictionary<string, object> Environ { get; init; } = ReadOnlyDictionary<string, object>.Empty;

    /// <summary>
    /// Where <c>wsgi.errors</c> writes. Called from many threads at once: give a synchronized writer. Default null: the
    /// process's standard error (WSGI-24).
    /// </summary>
    public TextWriter? Errors { get; init; }

    /// <summary>
    /// Told each time a limit turned a request away, so that a host can count it. Called on the request's path: must be
    /// quick and must not throw. Default none.
    /// </summary>
    public Action<WsgiLimit>? LimitReached { get; init; }

    /// <summary>The clock of the time-outs. Default the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Threads that requests really have.</summary>
    internal int Concurrency => SingleThreaded ? 1 : MaxThreads;

    /// <summary>Throws for the first setting that is out of its range.</summary>
    internal void Validate()
    {
        Check(DuplicateHeaderLimit is null or >= 1, DuplicateHeaderLimit, nameof(DuplicateHeaderLimit), "1 or more, or null for no limit");
        Check(MaxThreads is >= 1 and <= short.MaxValue, MaxThreads, nameof(MaxThreads), "1 to 32,767 threads");
        Check(MaxQueuedRequests >= 0, MaxQueuedRequests, nameof(MaxQueuedRequests), "0 or more requests");
        Check(
            ThreadQueueTimeout >= TimeSpan.Zero && ThreadQueueTimeout <= TimeSpan.FromHours(1),
            ThreadQueueTimeout,
            nameof(ThreadQueueTimeout),
            "zero to one hour");
        Check(
            ThreadIdleLifetime > TimeSpan.Zero && ThreadIdleLifetime <= TimeSpan.FromDays(1),
            ThreadIdleLifetime,
            nameof(ThreadIdleLifetime),
            "above zero to one day");
        Check(StopTimeout >= TimeSpan.Zero && StopTimeout <= TimeSpan.FromHours(1), StopTimeout, nameof(StopTimeout), "zero to one hour");
        foreach (var (name, value) in Environ)
        {
            Check(!name.StartsWith("wsgi.", StringComparison.Ordinal), name, nameof(Environ), "names that do not begin with \"wsgi.\"");
            Check(value is not null, name, nameof(Environ), "values that are not null; leave the entry out instead (PEP-39)");
            Check(value is not string text || Latin1.Is(text), name, nameof(Environ), "text of characters up to U+00FF (PEP-29)");
        }
    }

    private static void Check(bool holds, object? actual, string property, string allowed)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(property, actual, $"WsgiOptions.{property} allows: {allowed}.");
        }
    }
}
