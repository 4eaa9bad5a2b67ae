using System.Diagnostics.Metrics;
using System.Text.Json;
using Asgiref.Core.Hosting;

namespace Bridge.Server.Metrics;

/// <summary>
/// The bridge's own figures. Counting is one interlocked add; the values are read through the observable instruments
/// of the meter "Bridge.Server", by <c>/metrics</c> and by any OpenTelemetry exporter. Safe for concurrent use.
/// </summary>
internal sealed class BridgeMetrics : IDisposable
{
    public const string MeterName = "Bridge.Server";

    /// <summary>By the status's first digit; 0 is a request that got no response, because its client went or it was cut.</summary>
    private static readonly string[] StatusClasses = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"];

    private readonly Meter _meter = new(MeterName);
    private readonly long[] _limits = new long[Enum.GetValues<Limit>().Length];
    private readonly long[] _endings = new long[Enum.GetValues<EndingKind>().Length];
    private readonly long[] _requests = new long[StatusClasses.Length];
    private long _started;
    private long _ended;
    private long _webSocketsOpened;
    private long _webSocketsClosed;
    private long _unauthenticated;
    private Func<IEnumerable<Measurement<long>>> _otherLimits = static () => [];

    public BridgeMetrics()
    {
        _meter.CreateObservableUpDownCounter("bridge.instances.live", () => LiveInstances, "{instance}", "Instances that have started and not ended.");
        _meter.CreateObservableCounter("bridge.instances.started", () => Volatile.Read(ref _started), "{instance}", "Instances started.");
        _meter.CreateObservableCounter("bridge.instances.ended", () => Observe<EndingKind>(_endings, "ending"), "{instance}", "Instances ended, by the way they ended.");
        _meter.CreateObservableCounter("bridge.http.requests", () => Observe(_requests, "status", StatusClasses), "{request}", "HTTP requests ended, by the class of their status.");
        _meter.CreateObservableUpDownCounter("bridge.websockets.open", () => OpenWebSockets, "{socket}", "WebSockets accepted and not ended.");
        _meter.CreateObservableCounter("bridge.websockets.opened", () => Volatile.Read(ref _webSocketsOpened), "{socket}", "WebSockets accepted.");
        _meter.CreateObservableCounter("bridge.limits.reached", () => Observe<Limit>(_limits, "limit").Concat(_otherLimits()), "{time}", "How often each limit was reached.");
        _meter.CreateObservableCounter("bridge.calls.unauthenticated", () => Volatile.Read(ref _unauthenticated), "{call}", "gRPC calls refused for want of the right token.");
    }

    /// <summary>This bridge's own meter; another one in the same process has another of the same name.</summary>
    public Meter Meter => _meter;

    public long LiveInstances => Volatile.Read(ref _started) - Volatile.Read(ref _ended);

    public long OpenWebSockets => Volatile.Read(ref _webSocketsOpened) - Volatile.Read(ref _webSocketsClosed);

    public void InstanceStarted() => Interlocked.Increment(ref _started);

    /// <summary>Counts an instance as ended; called when its application has really returned, so that a place is free.</summary>
    public void InstanceEnded(EndingKind ending)
    {
        Interlocked.Increment(ref _endings[(int)ending]);
        Interlocked.Increment(ref _ended);
    }

    /// <summary>Counts an instance that was refused before any application code ran.</summary>
    public void InstanceRefused() => Interlocked.Increment(ref _endings[(int)EndingKind.Refused]);

    /// <summary>Counts a request to the HTTP front as ended.</summary>
    /// <param name="status">The status that its client got; 0 for none.</param>
    public void RequestEnded(int status) => Interlocked.Increment(ref _requests[status is >= 100 and < 600 ? status / 100 : 0]);

    public void WebSocketOpened() => Interlocked.Increment(ref _webSocketsOpened);

    public void WebSocketClosed() => Interlocked.Increment(ref _webSocketsClosed);

    public void Reached(Limit limit) => Interlocked.Increment(ref _limits[(int)limit]);

    /// <summary>Shows limits that somebody else counts, by their names, together with these. Once, before anybody reads.</summary>
    public void ShowLimits(Func<IEnumerable<(string Name, long Count)>> limits) =>
        _otherLimits = () => limits().Select(limit => new Measurement<long>(limit.Count, new KeyValuePair<string, object?>("limit", limit.Name)));

    public void Unauthenticated() => Interlocked.Increment(ref _unauthenticated);

    public long CountOf(Limit limit) => Volatile.Read(ref _limits[(int)limit]);

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Observe<TEnum>(long[] values, string tag)
        where TEnum : struct, Enum =>
        Observe(values, tag, Enum.GetNames<TEnum>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName));

    private static IEnumerable<Measurement<long>> Observe(long[] values, string tag, IEnumerable<string> names) =>
        names.Select((name, index) => new Measurement<long>(Volatile.Read(ref values[index]), new KeyValuePair<string, object?>(tag, name)));
}
