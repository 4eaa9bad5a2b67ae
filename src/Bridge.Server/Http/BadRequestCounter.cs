using System.Diagnostics;
using Bridge.Server.Endpoints;
using Bridge.Server.Metrics;
using Microsoft.AspNetCore.Http.Features;

namespace Bridge.Server.Http;

/// <summary>
/// Counts the heads that the platform refuses by itself: no request ever comes of them, only this diagnostic event.
/// (In HTTP/2 an oversized head ends the connection without one.)
/// </summary>
internal sealed class BadRequestCounter(DiagnosticListener listener, BridgeMetrics metrics)
    : IHostedService, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private const string EventName = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    // The platform's own text; its reason is not public.
    private const string TooManyHeaders = "too many headers";

    private IDisposable? _subscription;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = listener.Subscribe(this, name => name == EventName);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void OnNext(KeyValuePair<string, object?> value)
    {
        var features = value.Value as IFeatureCollection;
        if (features?.Get<IBadRequestExceptionFeature>()?.Error is not BadHttpRequestException error)
        {
            return;
        }

        if (features.Get<BridgeEndpoint>()?.Role == EndpointRole.Http)
        {
            metrics.RequestEnded(error.StatusCode);
        }

        switch (error.StatusCode)
        {
            case StatusCodes.Status414UriTooLong:
                metrics.Reached(Limit.RequestLineBytes);
                break;
            case StatusCodes.Status431RequestHeaderFieldsTooLarge when error.Message.Contains(TooManyHeaders, StringComparison.OrdinalIgnoreCase):
                metrics.Reached(Limit.HeaderCount);
                break;
            case StatusCodes.Status431RequestHeaderFieldsTooLarge:
                metrics.Reached(Limit.HeaderBytes);
                break;
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose() => _subscription?.Dispose();
}
