using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Server.Http;
using Bridge.Server.Metrics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebSockets;
using Microsoft.Extensions.Options;

namespace Bridge.Server.WebSockets;

/// <summary>
/// Serves WebSockets with applications, over HTTP/1.1 and over HTTP/2 (RFC 8441); every other request goes on to the
/// HTTP front. Handshake and framing are the platform's. Safe for concurrent use.
/// </summary>
internal sealed class WebSocketFront
{
    private const string WebSocket = "websocket";

    private readonly HttpFront _http;
    private readonly WebSocketFrontOptions _options;
    private readonly RequestAdmission _admission;
    private readonly BridgeMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly WebSocketMiddleware _platform;

    public WebSocketFront(
        HttpFront http,
        IOptions<WebSocketFrontOptions> options,
        RequestAdmission admission,
        BridgeMetrics metrics,
        TimeProvider clock,
        ILoggerFactory loggers)
    {
        _http = http;
        _options = options.Value;
        _admission = admission;
        _metrics = metrics;
        _clock = clock;
        _logger = loggers.CreateLogger<WebSocketFront>();
        _platform = new WebSocketMiddleware(ServeAsync, Options.Create(PlatformOptions(_options)), loggers);
    }

    /// <summary>Serves one request of a front endpoint; ends when its instance has ended.</summary>
    public Task HandleAsync(HttpContext context)
    {
        if (!IsHandshake(context))
        {
            return _http.HandleAsync(context);
        }

        ObservedUpgrade.Install(context.Features);
        return _platform.Invoke(context);
    }

    private static WebSocketOptions PlatformOptions(WebSocketFrontOptions options) => new()
    {
        KeepAliveInterval = options.PingInterval,
        KeepAliveTimeout = options.PingInterval == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : options.PingTimeout,
    };

    private static bool IsHandshake(HttpContext context)
    {
        var request = context.Request;
        return HttpMethods.IsConnect(request.Method)
            ? context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: WebSocket }
            : request.Headers.Upgrade.Count > 0
                && HttpMethods.IsGet(request.Method)
                && request.Headers.GetCommaSeparatedValues("Upgrade").Contains(WebSocket, StringComparer.OrdinalIgnoreCase);
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await RefuseHandshakeAsync(context);
        }
        else if (_admission.TryAdmit(context, out var admitted, out var refusal))
        {
            await RunAsync(context, admitted.Application, WebSocketScopeBuilder.Build(context, in admitted));
        }
        else
        {
            await refusal;
        }

        _metrics.RequestEnded(context.Response.HasStarted ? context.Response.StatusCode : 0);
    }

    /// <summary>Says what is wrong with a handshake that the platform does not take (RFC 6455 section 4.4).</summary>
    private static Task RefuseHandshakeAsync(HttpContext context)
    {
        if (context.Request.Headers.SecWebSocketVersion == "13")
        {
            return FrontAnswers.WriteAsync(
                context, StatusCodes.Status400BadRequest, "The WebSocket handshake is not complete: look at Connection and Sec-WebSocket-Key.", closes: true);
        }

        return FrontAnswers.WriteAsync(
            context, StatusCodes.Status426UpgradeRequired, "Only version 13 of the WebSocket protocol is spoken here.", closes: true,
            ("Sec-WebSocket-Version", "13"));
    }

    private async Task RunAsync(HttpContext context, IApplication application, WebSocketScope scope)
    {
        using var driver = new WebSocketDriver(context, _options, _metrics);
        using var limit = new HandshakeLimit(context, driver, _metrics);
        driver.WhenAnswered = () => _ = limit.Stop();
        var run = application.RunAsync(scope, driver);
        if (!run.IsCompleted && _options.AcceptTimeout != TimeSpan.Zero)
        {
            limit.Start(_clock, _options.AcceptTimeout);
        }

        var ending = await run;
        if (ending is not { Kind: EndingKind.Finished, Reason: null } && _logger.IsEnabled(LogLevel.Debug))
        {
            Log.Ended(_logger, RequestAdmission.TargetOf(context), application.Name, ending.Kind.ToString(), ending.Reason);
        }

        if (limit.Stop() is { } answered)
        {
            await answered;
        }
        else if (driver.Socket is { } socket)
        {
            await CloseAsync(socket, ending);
        }
        else
        {
            await FinishDenialAsync(context, driver, ending);
        }
    }

    /// <summary>If the application ends, so does its socket (WS-01).</summary>
    private async Task CloseAsync(OpenSocket socket, InstanceEnding ending)
    {
        var (code, reason) = CloseCode.For(ending);
        await socket.CloseAsync(code, reason);
        await socket.FinishAsync(_clock);
        _metrics.WebSocketClosed();
    }

    private async Task FinishDenialAsync(HttpContext context, WebSocketDriver driver, InstanceEnding ending)
    {
        if (context.RequestAborted.IsCancellationRequested || driver.IsDenied)
        {
            return;
        }

        if (driver.Denial.TryTake() && driver.TryAnswer())
        {
            await _admission.Answers.WriteEndingAsync(context, ending);
        }
        else
        {
            // A cut response must not look like a whole one (GAP-10).
            context.Abort();
        }

        await driver.Denial.SettleAsync();
    }
}
