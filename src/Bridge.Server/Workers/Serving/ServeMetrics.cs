using Bridge.Server.Metrics;

namespace Bridge.Server.Workers.Serving;

/// <summary>What is counted about calls of <c>Serve</c>, on the bridge's meter. Safe for concurrent use.</summary>
internal sealed class ServeMetrics
{
    private long _opened;
    private long _ended;
    private long _late;

    public ServeMetrics(BridgeMetrics metrics)
    {
        var meter = metrics.Meter;
        meter.CreateObservableUpDownCounter("bridge.serve.calls.open", () => Open, "{call}", "Calls of Serve that have begun and not ended.");
        meter.CreateObservableCounter("bridge.serve.calls.opened", () => Volatile.Read(ref _opened), "{call}", "Calls of Serve begun.");
        meter.CreateObservableCounter(
            "bridge.serve.messages.late", () => Late, "{message}", "Messages of workers that came for instances that were over, or after the disconnect.");
    }

    public long Open => Volatile.Read(ref _opened) - Volatile.Read(ref _ended);

    public long Late => Volatile.Read(ref _late);

    public void Opened() => Interlocked.Increment(ref _opened);

    public void Ended() => Interlocked.Increment(ref _ended);

    public void CameLate() => Interlocked.Increment(ref _late);
}
