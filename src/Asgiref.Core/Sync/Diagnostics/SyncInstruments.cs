using System.Diagnostics;
using System.Diagnostics.Metrics;
using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Sync.Diagnostics;

/// <summary>The instruments that <see cref="SyncDiagnostics"/> describes. Safe for concurrent use; recording never throws.</summary>
/// <remarks>
/// What happens with every call is recorded only for listeners (<see cref="AreObserved"/>). What is rare is always counted, so
/// that an observer who comes late sees it too.
/// </remarks>
internal static class SyncInstruments
{
    public static readonly ActivitySource Source = new(SyncDiagnostics.ActivitySourceName, Version);

    private static readonly Meter Meter = new(SyncDiagnostics.MeterName, Version);

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    private static readonly UpDownCounter<long> Queued =
        Meter.CreateUpDownCounter<long>(SyncDiagnostics.QueuedCalls, "{call}", "Calls that wait for their thread.");

    private static readonly UpDownCounter<long> Running =
        Meter.CreateUpDownCounter<long>(SyncDiagnostics.RunningCalls, "{call}", "Calls whose function runs.");

    private static readonly Histogram<double> QueueTime = Meter.CreateHistogram(
        SyncDiagnostics.QueueDuration, "s", "How long calls waited until their function began.", tags: null, Seconds);

    private static readonly Histogram<double> RunTime = Meter.CreateHistogram(
        SyncDiagnostics.RunDuration, "s", "How long functions ran.", tags: null, Seconds);

    private static long Cancelled;
    private static long Deadlocks;
    private static long Reports;

    static SyncInstruments()
    {
        Meter.CreateObservableCounter(
            SyncDiagnostics.CancelledCalls, static () => Interlocked.Read(ref Cancelled), "{call}", "Calls whose caller was let go by a cancellation.");
        Meter.CreateObservableCounter(
            SyncDiagnostics.Deadlocks, static () => Interlocked.Read(ref Deadlocks), "{call}", "Calls refused because their thread waits for them.");
        Meter.CreateObservableCounter(
            SyncDiagnostics.BusyReports, static () => Interlocked.Read(ref Reports), "{report}", "Reports of functions that keep a thread while others wait.");
        Meter.CreateObservableCounter(
            SyncDiagnostics.Refusals, ObserveRefusals, "{refusal}", "What was refused by a limit.");
        Meter.CreateObservableUpDownCounter(
            SyncDiagnostics.Threads, ObserveThreads, "{thread}", "Threads of the library, idle ones included.");
    }

    /// <summary>Whether anybody wants to know about single calls; a few loads.</summary>
    public static bool AreObserved =>
        Source.HasListeners() || Queued.Enabled || Running.Enabled || QueueTime.Enabled || RunTime.Enabled;

    private static string? Version => typeof(SyncInstruments).Assembly.GetName().Version?.ToString(3);

    /// <summary>Makes the instruments known before the first call, to whoever shows them all.</summary>
    public static void Publish()
    {
        // The static constructor does it.
    }

    public static void CountCancelled() => Interlocked.Increment(ref Cancelled);

    public static void CountDeadlock() => Interlocked.Increment(ref Deadlocks);

    public static void CountReport() => Interlocked.Increment(ref Reports);

    /// <returns>Whether somebody listened; only then the same is to be taken away later.</returns>
    public static bool AddQueued(int calls, string executor) => Add(Queued, calls, executor);

    /// <inheritdoc cref="AddQueued"/>
    public static bool AddRunning(int calls, string executor) => Add(Running, calls, executor);

    public static void RecordQueueTime(TimeSpan time, string executor) =>
        Record(QueueTime, time, new TagList { { SyncDiagnostics.ExecutorTag, executor } });

    public static void RecordRunTime(TimeSpan time, string executor, string outcome) =>
        Record(RunTime, time, new TagList { { SyncDiagnostics.ExecutorTag, executor }, { SyncDiagnostics.OutcomeTag, outcome } });

    private static bool Add(UpDownCounter<long> counter, int calls, string executor)
    {
        var isObserved = counter.Enabled;
        SyncDiagnostics.Guard(
            static add => add.counter.Add(add.calls, new KeyValuePair<string, object?>(SyncDiagnostics.ExecutorTag, add.executor)),
            (counter, calls, executor));
        return isObserved;
    }

    private static void Record(Histogram<double> histogram, TimeSpan time, TagList tags) => SyncDiagnostics.Guard(
        static record => record.histogram.Record(record.time.TotalSeconds, record.tags), (histogram, time, tags));

    private static IEnumerable<Measurement<long>> ObserveRefusals() =>
    [
        new(SyncLimits.RefusedThreads, new KeyValuePair<string, object?>(SyncDiagnostics.LimitTag, "max_threads")),
        new(SyncLimits.RefusedCalls, new KeyValuePair<string, object?>(SyncDiagnostics.LimitTag, "max_queued_calls")),
    ];

    private static IEnumerable<Measurement<long>> ObserveThreads() =>
    [
        new(WorkerThreads.Shared.ThreadCount, new KeyValuePair<string, object?>(SyncDiagnostics.ThreadsTag, WorkerThreads.SharedName)),
        new(SerialWorker.Global.HasThread ? 1 : 0, new KeyValuePair<string, object?>(SyncDiagnostics.ThreadsTag, WorkerThreads.SensitiveName)),
    ];
}
