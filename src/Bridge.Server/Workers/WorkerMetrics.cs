using System.Diagnostics.Metrics;
using Bridge.Server.Metrics;

namespace Bridge.Server.Workers;

/// <summary>What is counted about workers, on the bridge's meter. Safe for concurrent use.</summary>
internal sealed class WorkerMetrics
{
    private long _replayed;
    private long _refused;
    private long _lost;
    private long _offersRefused;
    private Func<IReadOnlyList<WorkerFigures>> _figures = static () => [];
    private Func<long> _connections = static () => 0;

    public WorkerMetrics(BridgeMetrics metrics)
    {
        var meter = metrics.Meter;
        meter.CreateObservableUpDownCounter("bridge.workers.sessions", () => _connections(), "{session}", "Sessions of workers.");
        meter.CreateObservableUpDownCounter("bridge.workers.ready", () => Observe(figures => figures.Ready), "{session}", "Sessions of workers that take instances, by application.");
        meter.CreateObservableUpDownCounter("bridge.workers.instances", () => Observe(figures => figures.Running), "{instance}", "Places of workers that are taken, by application.");
        meter.CreateObservableUpDownCounter("bridge.workers.queue", () => Observe(figures => figures.Waiting), "{instance}", "Instances that wait for a worker, by application.");
        meter.CreateObservableCounter("bridge.workers.refused", () => Volatile.Read(ref _refused), "{instance}", "Instances that a worker refused.");
        meter.CreateObservableCounter("bridge.workers.replayed", () => Volatile.Read(ref _replayed), "{instance}", "Instances that were given to another worker after that.");
        meter.CreateObservableCounter("bridge.workers.lost", () => Volatile.Read(ref _lost), "{instance}", "Instances that were lost with their worker, or broken off.");
        meter.CreateObservableCounter("bridge.workers.offers.refused", () => Volatile.Read(ref _offersRefused), "{offer}", "Offers of workers that were not taken.");
    }

    public long ReplayedCount => Volatile.Read(ref _replayed);

    public long RefusedCount => Volatile.Read(ref _refused);

    /// <summary>Says where the figures of this moment come from. Once, before anybody reads.</summary>
    public void Show(Func<IReadOnlyList<WorkerFigures>> figures, Func<long> connections)
    {
        _figures = figures;
        _connections = connections;
    }

    public void Refused() => Interlocked.Increment(ref _refused);

    public void Replayed() => Interlocked.Increment(ref _replayed);

    public void Lost() => Interlocked.Increment(ref _lost);

    public void OfferRefused() => Interlocked.Increment(ref _offersRefused);

    private IEnumerable<Measurement<long>> Observe(Func<WorkerFigures, long> figure) => _figures().Select(
        figures => new Measurement<long>(figure(figures), new KeyValuePair<string, object?>("application", figures.Application)));
}
