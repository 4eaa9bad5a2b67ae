using Bridge.Server.Metrics;

namespace Bridge.Server.Stateless;

/// <summary>What is counted about feeds, on the bridge's meter. Safe for concurrent use.</summary>
internal sealed class FeedMetrics
{
    private long _opened;
    private long _ended;
    private long _attached;
    private long _detached;
    private long _resumed;
    private long _events;
    private long _repeated;
    private long _undelivered;
    private long _items;
    private long _dropped;

    public FeedMetrics(BridgeMetrics metrics)
    {
        var meter = metrics.Meter;
        meter.CreateObservableUpDownCounter("bridge.feeds.open", () => Open, "{feed}", "Feeds that have begun and not ended.");
        meter.CreateObservableUpDownCounter("bridge.feeds.connected", () => Connected, "{feed}", "Of those, the ones whose connector is there.");
        meter.CreateObservableCounter("bridge.feeds.opened", () => Volatile.Read(ref _opened), "{feed}", "Feeds begun.");
        meter.CreateObservableCounter("bridge.feeds.resumed", () => Resumed, "{time}", "How often a connector came back to its feed.");
        meter.CreateObservableCounter("bridge.feeds.events", () => Events, "{event}", "Events of connectors, without those that came again.");
        meter.CreateObservableCounter("bridge.feeds.events.repeated", () => Repeated, "{event}", "Events of connectors that came again and were dropped.");
        meter.CreateObservableCounter("bridge.feeds.events.undelivered", () => Undelivered, "{event}", "Events of connectors that reached no application.");
        meter.CreateObservableCounter("bridge.feeds.items", () => Items, "{item}", "Events of applications and reports for connectors.");
        meter.CreateObservableCounter("bridge.feeds.items.dropped", () => Dropped, "{item}", "Of those, the ones that no connector was there to take when their feed ended.");
    }

    public long Open => Volatile.Read(ref _opened) - Volatile.Read(ref _ended);

    public long Connected => Volatile.Read(ref _attached) - Volatile.Read(ref _detached);

    public long Resumed => Volatile.Read(ref _resumed);

    public long Events => Volatile.Read(ref _events);

    public long Repeated => Volatile.Read(ref _repeated);

    public long Undelivered => Volatile.Read(ref _undelivered);

    public long Items => Volatile.Read(ref _items);

    public long Dropped => Volatile.Read(ref _dropped);

    public void Opened() => Interlocked.Increment(ref _opened);

    public void Ended() => Interlocked.Increment(ref _ended);

    public void Attached(bool again)
    {
        Interlocked.Increment(ref _attached);
        if (again)
        {
            Interlocked.Increment(ref _resumed);
        }
    }

    public void Detached() => Interlocked.Increment(ref _detached);

    public void Took(int events, int repeated)
    {
        Interlocked.Add(ref _events, events);
        Interlocked.Add(ref _repeated, repeated);
    }

    public void LeftUndelivered() => Interlocked.Increment(ref _undelivered);

    public void Added() => Interlocked.Increment(ref _items);

    public void DroppedItems(long items) => Interlocked.Add(ref _dropped, items);
}
