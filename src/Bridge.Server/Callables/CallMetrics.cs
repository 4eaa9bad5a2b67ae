using System.Diagnostics.Metrics;
using System.Text.Json;
using Bridge.Server.Metrics;
using Bridge.Server.Workers;

namespace Bridge.Server.Callables;

/// <summary>What is counted about calls, on the bridge's meter. Safe for concurrent use.</summary>
internal sealed class CallMetrics
{
    private static readonly CallEndingKind[] Kinds = Enum.GetValues<CallEndingKind>();

    private readonly long[] _ended = new long[Kinds.Length];
    private long _started;
    private long _refused;
    private long _replayed;
    private long _offersRefused;
    private Func<IReadOnlyList<WorkerFigures>> _figures = static () => [];
    private Func<long> _live = static () => 0;
    private Func<long> _threadContexts = static () => 0;

    public CallMetrics(BridgeMetrics metrics)
    {
        var meter = metrics.Meter;
        meter.CreateObservableUpDownCounter("bridge.callables.calls.live", () => _live(), "{call}", "Calls of callables that have begun and not ended.");
        meter.CreateObservableCounter("bridge.callables.calls.started", () => Volatile.Read(ref _started), "{call}", "Calls of callables begun.");
        meter.CreateObservableCounter("bridge.callables.calls.ended", ObserveEndings, "{call}", "Calls of callables ended, by the way they ended.");
        meter.CreateObservableUpDownCounter("bridge.callables.ready", () => Observe(figures => figures.Ready), "{session}", "Sessions of workers that take calls, by callable.");
        meter.CreateObservableUpDownCounter("bridge.callables.calls.running", () => Observe(figures => figures.Running), "{call}", "Places of workers that calls have, by callable.");
        meter.CreateObservableUpDownCounter("bridge.callables.queue", () => Observe(figures => figures.Waiting), "{call}", "Calls that wait for a worker, by callable.");
        meter.CreateObservableCounter("bridge.callables.calls.refused.by.workers", () => Volatile.Read(ref _refused), "{call}", "Calls that a worker refused.");
        meter.CreateObservableCounter("bridge.callables.calls.replayed", () => Volatile.Read(ref _replayed), "{call}", "Calls that were given to another worker after that.");
        meter.CreateObservableCounter("bridge.callables.offers.refused", () => Volatile.Read(ref _offersRefused), "{offer}", "Offers of callables that were not taken.");
        meter.CreateObservableUpDownCounter("bridge.callables.thread.contexts", () => _threadContexts(), "{context}", "Thread-sensitive contexts whose process is remembered.");
    }

    /// <summary>Says where the figures of this moment come from. Once, before anybody reads.</summary>
    public void Show(Func<IReadOnlyList<WorkerFigures>> figures, Func<long> live, Func<long> threadContexts)
    {
        _figures = figures;
        _live = live;
        _threadContexts = threadContexts;
    }

    public void Started() => Interlocked.Increment(ref _started);

    public void Ended(CallEndingKind kind) => Interlocked.Increment(ref _ended[(int)kind]);

    public void RefusedByWorker() => Interlocked.Increment(ref _refused);

    public void Replayed() => Interlocked.Increment(ref _replayed);

    public void OfferRefused() => Interlocked.Increment(ref _offersRefused);

    public long CountOf(CallEndingKind kind) => Volatile.Read(ref _ended[(int)kind]);

    private IEnumerable<Measurement<long>> ObserveEndings() => Kinds.Select(kind => new Measurement<long>(
        CountOf(kind), new KeyValuePair<string, object?>("ending", JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString()))));

    private IEnumerable<Measurement<long>> Observe(Func<WorkerFigures, long> figure) => _figures().Select(
        figures => new Measurement<long>(figure(figures), new KeyValuePair<string, object?>("callable", figures.Application)));
}
