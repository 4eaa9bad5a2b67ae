using Asgiref.Core.Scopes;
using Bridge.Server.Instances;
using Bridge.Server.Metrics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Http;

/// <summary>
/// Serves HTTP requests with applications: finds the application, gives it the scope, plays the server for it, and makes
/// a status of the way it ended. Safe for concurrent use.
/// </summary>
internal sealed class HttpFront
{
    private readonly HttpFrontOptions _options;
    private readonly IApplicationDirectory _applications;
    private readonly BridgeMetrics _metrics;
    private readonly ResponseStartSweep _sweep;
    private readonly ILogger _logger;
    private readonly RouteTable _routes;
    private readonly HttpScopeBuilder _scopes;
    private readonly FrontAnswers _answers;
    private readonly UnreadBody _unread;

    public HttpFront(
        IOptions<HttpFrontOptions> options,
        IApplicationDirectory applications,
        BridgeMetrics metrics,
        ResponseStartSweep sweep,
        TimeProvider clock,
        IConfiguration configuration,
        ILogger<HttpFront> logger)
    {
        _options = options.Value;
        _applications = applications;
        _metrics = metrics;
        _sweep = sweep;
        _logger = logger;
        _routes = new RouteTable(_options.Routes);
        _scopes = new HttpScopeBuilder(new TrustedProxies(_options.TrustedProxies), _options.ForwardedHeader);
        _answers = new FrontAnswers(_options.RetryAfter, configuration.GetValue("Bridge:DetailedErrors", false));
        _unread = new UnreadBody(_options, clock, metrics);
    }

    /// <summary>Serves one request of a front endpoint; ends when its instance has ended.</summary>
    public Task HandleAsync(HttpContext context)
    {
        if (WantsAnotherProtocol(context))
        {
            return RefuseAsync(context, StatusCodes.Status501NotImplemented, "This release serves neither WebSockets nor tunnels.");
        }

        if (!FieldSyntax.IsValid(context.Request.Headers))
        {
            return RefuseAsync(context, StatusCodes.Status400BadRequest, "A header field holds a character that it may not have.");
        }

        var headers = RequestHeaders.Convert(context.Request.Headers, _options.MaxDuplicateHeaders);
        if (headers is null)
        {
            _metrics.Reached(Limit.DuplicateHeaders);
            return RefuseAsync(context, StatusCodes.Status431RequestHeaderFieldsTooLarge, "A header field is repeated too often.");
        }

        if (context.Request.ContentLength > _options.MaxBodyBytes)
        {
            _metrics.Reached(Limit.BodyBytes);
            return RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, "The request body is too large.");
        }

        var target = RequestTarget.Parse(TargetOf(context));
        if (_routes.Find(context.Request.Host, target.Path) is not { } route)
        {
            return RefuseAsync(context, StatusCodes.Status404NotFound, "No application is mounted here.");
        }

        if (!_applications.TryFind(route.Application, out var application))
        {
            _metrics.InstanceRefused();
            return RefuseAsync(context, _answers.WriteBusyAsync(context, "The application is not there at the moment."));
        }

        return RunAsync(context, application, _scopes.Build(context, route, route.Restore(target), headers));
    }

    /// <summary>
    /// A WebSocket or a tunnel is never an http scope (KES-21). Any other offer to upgrade may be ignored (RFC 9110
    /// section 7.8), as that of h2c is: the request is served as what it is.
    /// </summary>
    private static bool WantsAnotherProtocol(HttpContext context) =>
        HttpMethods.IsConnect(context.Request.Method)
        || context.Features.Get<IHttpExtendedConnectFeature>()?.IsExtendedConnect == true
        || (context.Request.Headers.Upgrade.Count > 0
            && context.Request.Headers.Upgrade.ToString().Contains("websocket", StringComparison.OrdinalIgnoreCase));

    private static string TargetOf(HttpContext context) => context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    private Task RefuseAsync(HttpContext context, int status, string text) =>
        RefuseAsync(context, FrontAnswers.WriteAsync(context, status, text, closes: status != StatusCodes.Status404NotFound));

    private async Task RefuseAsync(HttpContext context, Task answer)
    {
        await answer;
        Count(context);
        if (context.Request.Headers.Expect.Count == 0 && !WantsAnotherProtocol(context))
        {
            await _unread.DrainAsync(context);
        }
    }

    private async Task RunAsync(HttpContext context, IApplication application, HttpScope scope)
    {
        var watch = new ResponseStartWatch(context, _sweep);
        using var driver = new HttpDriver(context, watch, _options.MaxBodyBytes, _metrics);
        var run = application.RunAsync(scope, driver);
        if (!run.IsCompleted)
        {
            watch.Start(driver);
        }

        var ending = await run;
        Report(context, application, ending);
        var isWhole = await TryFinishResponseAsync(context, driver, ending);
        Count(context);
        if (isWhole)
        {
            await _unread.DrainAsync(context, driver.Body);
        }

        await driver.Response.SettleAsync();
    }

    /// <returns>Whether the client has got a whole response, its application's or the front's.</returns>
    private async Task<bool> TryFinishResponseAsync(HttpContext context, HttpDriver driver, InstanceEnding ending)
    {
        if (driver.Watch.Stop() is { } answered)
        {
            await answered;
            return true;
        }

        if (driver.Response.IsComplete || context.RequestAborted.IsCancellationRequested)
        {
            return driver.Response.IsComplete;
        }

        if (!driver.Response.TryTake())
        {
            // A cut response must not look like a whole one (GAP-10).
            context.Abort();
            return false;
        }

        await (driver.Body.FailureStatus is var failure and not 0
            ? FrontAnswers.WriteAsync(context, failure, "The request body could not be taken.", closes: true)
            : _answers.WriteEndingAsync(context, ending));
        return true;
    }

    private void Count(HttpContext context) => _metrics.RequestEnded(context.Response.HasStarted ? context.Response.StatusCode : 0);

    private void Report(HttpContext context, IApplication application, InstanceEnding ending)
    {
        if (ending is not { Kind: EndingKind.Finished, Reason: null } && _logger.IsEnabled(LogLevel.Debug))
        {
            Log.Ended(_logger, context.Request.Method, TargetOf(context), application.Name, ending.Kind.ToString(), ending.Reason);
        }
    }
}
