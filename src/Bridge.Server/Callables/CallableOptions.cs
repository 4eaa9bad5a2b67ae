using Bridge.Server.Callables.Hosting;

namespace Bridge.Server.Callables;

/// <summary>Configuration <c>Bridge:Callables</c>: calls that go through the bridge. What workers' queues allow is in <c>Bridge:Workers</c>.</summary>
internal sealed class CallableOptions
{
    public const string Section = "Bridge:Callables";

    /// <summary>How long a call may take whose caller gives it no time of its own. Default 60 s, up to a day. Then it is timed out.</summary>
    public TimeSpan CallTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long after its time a call's process may still say what it waited for. Default 1 s, up to a day. Then the call is broken off.</summary>
    public TimeSpan AnswerTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Calls in a path: how deep calls may be nested. Default 64, from 1 to 128. The next one is refused.</summary>
    public int CallDepth { get; set; } = 64;

    /// <summary>Bytes of the context bag's values, encoded. Default 64 KiB, from 0 to 16 MiB. More: RESOURCE_EXHAUSTED, or a bad-argument error for what comes back.</summary>
    public int ContextValues { get; set; } = 64 * 1024;

    /// <summary>Thread-sensitive contexts of callers whose process is remembered. Default 1,000, from 1 to 1,000,000. The call of a further one is refused.</summary>
    public int ThreadContexts { get; set; } = 1000;

    /// <summary>How long one is remembered without a call. Default 5 min, up to a day.</summary>
    public TimeSpan ThreadContextIdleTime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Callables of workers that are known at a time. Default 1,000, from 1 to 1,000,000. For a new one the one that has been
    /// without a worker for longest is forgotten; if all have workers, the offer is refused.
    /// </summary>
    public int Callables { get; set; } = 1000;

    /// <summary>Registries of functions that the bridge hosts, each with a key of its own. None: its samples, if it hosts no application either.</summary>
    public IDictionary<string, HostedRegistrySettings> Hosted { get; } = new Dictionary<string, HostedRegistrySettings>(StringComparer.Ordinal);
}
