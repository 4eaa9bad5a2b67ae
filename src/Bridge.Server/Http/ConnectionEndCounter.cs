using System.Diagnostics.Metrics;
using Bridge.Server.Metrics;

namespace Bridge.Server.Http;

/// <summary>
/// Counts the limits for which the platform ends a connection by itself. It tells them by the reason that it records
/// with the duration of every connection.
/// </summary>
internal sealed class ConnectionEndCounter : IHostedService, IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly BridgeMetrics _metrics;

    public ConnectionEndCounter(IMeterFactory meters, BridgeMetrics metrics)
    {
        _metrics = metrics;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // The scope tells this host's meter from that of another one in the same process.
            if (instrument is { Name: "kestrel.connection.duration", Meter.Name: "Microsoft.AspNetCore.Server.Kestrel" }
                && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, _, tags, _) => Count(tags));
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _listener.Dispose();

    private void Count(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (name, value) in tags)
        {
            if (name == "error.type" && LimitOf(value as string) is { } limit)
            {
                _metrics.Reached(limit);
            }
        }
    }

    private static Limit? LimitOf(string? reason) => reason switch
    {
        "request_headers_timeout" => Limit.HeaderTime,
        "keep_alive_timeout" => Limit.KeepAliveTime,
        "min_request_body_data_rate" => Limit.RequestBytesPerSecond,
        "min_response_data_rate" => Limit.ResponseBytesPerSecond,
        "stream_reset_limit_exceeded" => Limit.StreamResets,
        _ => null,
    };
}
