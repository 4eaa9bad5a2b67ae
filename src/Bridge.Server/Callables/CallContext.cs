using Asgiref.Core.Timeouts;
using Bridge.Server.Metrics;
using Bridge.Server.Workers;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Callables;

/// <summary>What everything about calls shares. Its state is under the lock of the workers, because their places are.</summary>
internal sealed class CallContext(
    IOptions<CallableOptions> options, WorkerContext workers, CallMetrics metrics, ILogger<CallContext> logger)
{
    /// <summary>Timers take no more; a caller that gives a call more time gets this much.</summary>
    public static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);

    public CallableOptions Options { get; } = options.Value;

    public WorkerContext Workers => workers;

    public CallMetrics Metrics => metrics;

    public BridgeMetrics BridgeMetrics => workers.BridgeMetrics;

    public TimeProvider Clock => workers.Clock;

    /// <summary>Watches the time of the calls that wait for something.</summary>
    public Deadlines Deadlines { get; } = new(workers.Clock);

    public ILogger Logger => logger;
}
