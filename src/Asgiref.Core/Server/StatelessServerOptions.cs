using System.Threading.Channels;

namespace Asgiref.Core.Server;

/// <summary>The limits of a <see cref="StatelessServer{TScopeId}"/>. Checked when the server is made. Immutable.</summary>
public sealed record StatelessServerOptions
{
    /// <summary>
    /// How many instances may be active at once; one more and the least recently used is evicted first (SRV-01, SRV-09).
    /// Unit: instances; default 1000; 1 or more. With 1 the server has one instance for everything.
    /// </summary>
    public int MaxApplications { get; init; } = 1000;

    /// <summary>
    /// How many instances may be on their way out beside the active ones. When all these places are taken, a new scope
    /// waits for one, so that applications that are slow to end slow the source of events down instead of piling up.
    /// Unit: instances; default 1000; 1 or more.
    /// </summary>
    public int MaxLeavingApplications { get; init; } = 1000;

    /// <summary>
    /// How many events one instance may have waiting (SRV-22). Unit: events; default 1000; 1 or more.
    /// </summary>
    public int QueueCapacity { get; init; } = 1000;

    /// <summary>
    /// What happens to an event for a full queue. Default <see cref="BoundedChannelFullMode.Wait"/>: its writer waits.
    /// The other modes drop an event and count it.
    /// </summary>
    public BoundedChannelFullMode QueueFullMode { get; init; } = BoundedChannelFullMode.Wait;

    /// <summary>
    /// How many calls of an instance's <c>receive</c>, and of its <c>send</c>, may wait behind one another; the next one
    /// raises <see cref="InvalidOperationException"/>. Unit: calls; default 1000; 1 or more.
    /// </summary>
    public int MaxPendingCalls { get; init; } = 1000;

    /// <summary>
    /// How long nothing must happen in a scope until it is ended: its application waits in <c>receive</c>, no event came
    /// and none was sent. An instance that works is never idle. Default null: only the limit ends instances; otherwise
    /// above zero to one year.
    /// </summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>
    /// How long an application may take to end after its disconnect event, before its cancellation token fires.
    /// Default 5 s; zero to one hour.
    /// </summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long an application may take to end after its cancellation, before it is reported as abandoned and no longer
    /// waited for. Its place stays taken until it has really ended. Default 5 s; zero to one hour.
    /// </summary>
    public TimeSpan CancellationTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the handler may take to return once its token has fired. Default 5 s; zero to one hour.
    /// </summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Where the default hooks write what nobody else would hear of: exceptions of applications, abandoned instances, an
    /// interrupt. Called from many threads at once: give a synchronized writer. Default null: the process's standard error.
    /// </summary>
    public TextWriter? Errors { get; init; }

    /// <summary>The clock of all time-outs. Default the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The longest time from the disconnect event until an instance is no longer waited for.</summary>
    internal TimeSpan Patience => GracePeriod + CancellationTime;

    /// <summary>Throws for the first setting that is out of its range.</summary>
    internal void Validate()
    {
        CheckAtLeastOne(MaxApplications, nameof(MaxApplications));
        CheckAtLeastOne(MaxLeavingApplications, nameof(MaxLeavingApplications));
        CheckAtLeastOne(QueueCapacity, nameof(QueueCapacity));
        CheckAtLeastOne(MaxPendingCalls, nameof(MaxPendingCalls));
        Check(Enum.IsDefined(QueueFullMode), QueueFullMode, nameof(QueueFullMode), "a value of BoundedChannelFullMode");
        Check(
            IdleTimeout is null || (IdleTimeout > TimeSpan.Zero && IdleTimeout <= TimeSpan.FromDays(365)),
            IdleTimeout,
            nameof(IdleTimeout),
            "above zero to one year, or null for never");
        CheckUpToOneHour(GracePeriod, nameof(GracePeriod));
        CheckUpToOneHour(CancellationTime, nameof(CancellationTime));
        CheckUpToOneHour(StopTimeout, nameof(StopTimeout));
    }

    private static void CheckAtLeastOne(int actual, string property) => Check(actual >= 1, actual, property, "1 or more");

    private static void CheckUpToOneHour(TimeSpan actual, string property) =>
        Check(actual >= TimeSpan.Zero && actual <= TimeSpan.FromHours(1), actual, property, "zero to one hour");

    private static void Check(bool holds, object? actual, string property, string allowed)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(property, actual, $"StatelessServerOptions.{property} allows: {allowed}.");
        }
    }
}
