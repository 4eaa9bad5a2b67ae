using System.Diagnostics.Metrics;
using System.Text.Json;
using Asgiref.Core.Callables.Incoming;
using Asgiref.Core.Hosting;
using Bridge.Protocol.Sessions;

namespace Bridge.Client.Workers;

/// <summary>
/// A worker's figures, read through the observable instruments of the meter "Bridge.Client.Workers", whose tag
/// <c>worker</c> is the worker's name. Safe for concurrent use.
/// </summary>
internal sealed class WorkerMetrics : IDisposable
{
    public const string MeterName = "Bridge.Client.Workers";

    private readonly Meter _meter;
    private readonly long[] _limits = new long[Enum.GetValues<HostingLimit>().Length];
    private readonly long[] _callWaits = new long[Enum.GetValues<CallWaitLimit>().Length];
    private readonly long[] _callLimits = new long[Enum.GetValues<CallableLimit>().Length];
    private readonly long[] _endings = new long[Enum.GetValues<EndingKind>().Length];
    private long _started;
    private long _ended;
    private long _established;
    private long _sessions;
    private long _dials;
    private long _offersRefused;
    private long _callsStarted;
    private long _callsReturned;
    private long _callsFailed;
    private long _callsRefused;

    public WorkerMetrics(string worker)
    {
        _meter = new Meter(new MeterOptions(MeterName) { Tags = [new("worker", worker)] });
        _meter.CreateObservableUpDownCounter("bridge.worker.instances.live", () => LiveInstances, "{instance}", "Instances that have started and not ended.");
        _meter.CreateObservableCounter("bridge.worker.instances.started", () => Volatile.Read(ref _started), "{instance}", "Instances started.");
        _meter.CreateObservableCounter("bridge.worker.instances.ended", () => Observe<EndingKind>(_endings, "ending"), "{instance}", "Instances ended, by the way they ended.");
        _meter.CreateObservableUpDownCounter("bridge.worker.calls.live", () => LiveCalls, "{call}", "Calls of this process's functions that have started and not ended.");
        _meter.CreateObservableCounter("bridge.worker.calls.started", () => Volatile.Read(ref _callsStarted), "{call}", "Calls started.");
        _meter.CreateObservableCounter("bridge.worker.calls.ended", ObserveCalls, "{call}", "Calls ended, by the way they ended.");
        _meter.CreateObservableUpDownCounter("bridge.worker.sessions.established", () => Volatile.Read(ref _established), "{session}", "Sessions that are established.");
        _meter.CreateObservableCounter("bridge.worker.sessions.opened", () => Volatile.Read(ref _sessions), "{session}", "Sessions that were established.");
        _meter.CreateObservableCounter("bridge.worker.sessions.dialled", () => Volatile.Read(ref _dials), "{session}", "Sessions that were dialled.");
        _meter.CreateObservableCounter("bridge.worker.offers.refused", () => Volatile.Read(ref _offersRefused), "{offer}", "Applications and callables that a bridge did not take.");
        _meter.CreateObservableCounter("bridge.worker.limits.reached", ObserveLimits, "{time}", "How often each limit was reached.");
        _meter.CreateObservableCounter("bridge.worker.bytes.received", () => Sessions.BytesIn, "By", "Bytes of the frames received.");
        _meter.CreateObservableCounter("bridge.worker.bytes.sent", () => Sessions.BytesOut, "By", "Bytes of the frames sent.");
        _meter.CreateObservableUpDownCounter("bridge.worker.exchanges.open", () => Sessions.OpenedByPeer, "{exchange}", "Exchanges that bridges opened and that are not over.");
        _meter.CreateObservableUpDownCounter("bridge.worker.exchanges.opened", () => Sessions.OpenedHere, "{exchange}", "Calls that this process made and that are not over.");
        _meter.CreateObservableUpDownCounter("bridge.worker.bytes.held", () => Sessions.HeldBytes, "By", "Bytes that came and are not taken yet, as the windows charge them.");
        _meter.CreateObservableUpDownCounter("bridge.worker.bytes.joined", () => Sessions.JoinedBytes, "By", "Bytes of heads and events in parts, being joined or not taken yet.");
    }

    /// <summary>What the session engine counts, over all sessions.</summary>
    public SessionCounters Sessions { get; } = new();

    /// <summary>This worker's own meter; another one in the same process has another of the same name.</summary>
    public Meter Meter => _meter;

    public long LiveInstances => Volatile.Read(ref _started) - Volatile.Read(ref _ended);

    public long LiveCalls => Volatile.Read(ref _callsStarted) - Volatile.Read(ref _callsReturned) - Volatile.Read(ref _callsFailed);

    public void InstanceStarted() => Interlocked.Increment(ref _started);

    public void InstanceEnded(EndingKind ending)
    {
        Interlocked.Increment(ref _endings[(int)ending]);
        Interlocked.Increment(ref _ended);
    }

    public void InstanceRefused() => Interlocked.Increment(ref _endings[(int)EndingKind.Refused]);

    public void Reached(HostingLimit limit) => Interlocked.Increment(ref _limits[(int)limit]);

    public void Reached(CallableLimit limit) => Interlocked.Increment(ref _callLimits[(int)limit]);

    public void CallStarted() => Interlocked.Increment(ref _callsStarted);

    public void CallEnded(bool failed) => Interlocked.Increment(ref failed ? ref _callsFailed : ref _callsReturned);

    public void CallRefused() => Interlocked.Increment(ref _callsRefused);

    public void Reached(CallWaitLimit limit) => Interlocked.Increment(ref _callWaits[(int)limit]);

    public void Dialled() => Interlocked.Increment(ref _dials);

    public void SessionEstablished()
    {
        Interlocked.Increment(ref _sessions);
        Interlocked.Increment(ref _established);
    }

    public void SessionEnded() => Interlocked.Decrement(ref _established);

    public void OfferRefused() => Interlocked.Increment(ref _offersRefused);

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> ObserveCalls() =>
    [
        new(Volatile.Read(ref _callsReturned), Tag("ending", "returned")),
        new(Volatile.Read(ref _callsFailed), Tag("ending", "failed")),
        new(Volatile.Read(ref _callsRefused), Tag("ending", "refused")),
    ];

    private static IEnumerable<Measurement<long>> Observe<TEnum>(long[] values, string tag)
        where TEnum : struct, Enum =>
        Enum.GetValues<TEnum>().Select(
            value => new Measurement<long>(Volatile.Read(ref values[Convert.ToInt32(value, null)]), Tag(tag, value.ToString())));

    private static KeyValuePair<string, object?> Tag(string tag, string name) => new(tag, JsonNamingPolicy.SnakeCaseLower.ConvertName(name));

    /// <summary>Those of a session have "session_" before their names: both have a drain time.</summary>
    private IEnumerable<Measurement<long>> ObserveLimits() =>
        Observe<HostingLimit>(_limits, "limit").Concat(Observe<CallWaitLimit>(_callWaits, "limit")).Concat(Observe<CallableLimit>(_callLimits, "limit")).Concat(Enum.GetValues<SessionLimit>().Select(
            limit => new Measurement<long>(Sessions.Reached(limit), Tag("limit", $"Session{limit}"))));
}
