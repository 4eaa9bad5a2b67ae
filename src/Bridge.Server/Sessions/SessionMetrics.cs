using System.Text.Json;
using Bridge.Protocol.Sessions;
using Bridge.Server.Metrics;

namespace Bridge.Server.Sessions;

/// <summary>What all sessions of the bridge did, on its meter. Safe for concurrent use.</summary>
internal sealed class SessionMetrics
{
    private long _opened;
    private long _ended;

    public SessionMetrics(BridgeMetrics metrics)
    {
        var meter = metrics.Meter;
        meter.CreateObservableUpDownCounter("bridge.sessions.open", () => Open, "{session}", "Sessions that have begun and not ended.");
        meter.CreateObservableCounter("bridge.sessions.opened", () => Volatile.Read(ref _opened), "{session}", "Sessions begun.");
        Add("frames.received", "{frame}", "Frames read.", () => Counters.FramesIn);
        Add("frames.sent", "{frame}", "Frames handed to the transport.", () => Counters.FramesOut);
        Add("bytes.received", "By", "Bytes of the frames read.", () => Counters.BytesIn);
        Add("bytes.sent", "By", "Bytes of the frames handed to the transport.", () => Counters.BytesOut);
        Add("batches.received", "{batch}", "Batches read.", () => Counters.BatchesIn);
        Add("batches.sent", "{batch}", "Batches handed to the transport.", () => Counters.BatchesOut);
        Add("frames.late", "{frame}", "Frames that came for exchanges that were over, or broken off from here.", () => Counters.LateFrames);
        Add("frames.unknown", "{frame}", "Frames of a kind that only a newer peer knows.", () => Counters.UnknownFrames);
        AddGauge("exchanges.opened.here", "{exchange}", "Exchanges that the bridge opened and that are not over.", () => Counters.OpenedHere);
        AddGauge("exchanges.opened.by.peers", "{exchange}", "Exchanges that clients opened and that are not over.", () => Counters.OpenedByPeer);
        AddGauge("bytes.held", "By", "Bytes that came and are not taken yet, as the windows charge them.", () => Counters.HeldBytes);
        AddGauge("bytes.joined", "By", "Bytes of heads and events in parts, being joined or not taken yet.", () => Counters.JoinedBytes);
        metrics.ShowLimits(() => Enum.GetValues<SessionLimit>().Select(
            limit => ("session_" + JsonNamingPolicy.SnakeCaseLower.ConvertName(limit.ToString()), Counters.Reached(limit))));

        void Add(string name, string unit, string description, Func<long> value) =>
            meter.CreateObservableCounter("bridge.sessions." + name, value, unit, description);

        void AddGauge(string name, string unit, string description, Func<long> value) =>
            meter.CreateObservableUpDownCounter("bridge.sessions." + name, value, unit, description);
    }

    /// <summary>Shared by all sessions.</summary>
    public SessionCounters Counters { get; } = new();

    public long Open => Volatile.Read(ref _opened) - Volatile.Read(ref _ended);

    public void Opened() => Interlocked.Increment(ref _opened);

    public void Ended() => Interlocked.Increment(ref _ended);
}
