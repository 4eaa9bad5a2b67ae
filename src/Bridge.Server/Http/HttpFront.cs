using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Server.Metrics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Http;

/// <summary>
/// Serves HTTP requests with applications: finds the application, gives it the scope, plays the server for it, and makes
/// a status of the way it ended. Safe for concurrent use.
/// </summary>
internal sealed class HttpFront(
    IOptions<HttpFrontOptions> options,
    RequestAdmission admission,
    BridgeMetrics metrics,
    ResponseStartSweep sweep,
    TimeProvider clock,
    ILogger<HttpFront> logger)
{
    private readonly HttpFrontOptions _options = options.Value;
    private readonly UnreadBody _unread = new(options.Value, clock, metrics);

    /// <summary>Serves one request of a front endpoint; ends when its instance has ended.</summary>
    public Task HandleAsync(HttpContext context)
    {
        if (IsTunnel(context))
        {
            return RefuseAsync(context, FrontAnswers.WriteAsync(
                context, StatusCodes.Status501NotImplemented, "There are no tunnels here.", closes: true));
        }

        return admission.TryAdmit(context, out var admitted, out var refusal)
            ? RunAsync(context, admitted.Application, HttpScopeBuilder.Build(context, in admitted))
            : RefuseAsync(context, refusal);
    }

    /// <summary>
    /// A tunnel is never an http scope (KES-21). An offer to upgrade may be ignored (RFC 9110 section 7.8), as that of
    /// h2c is: the request is served as what it is.
    /// </summary>
    private static bool IsTunnel(HttpContext context) =>
        HttpMethods.IsConnect(context.Request.Method) || context.Features.Get<IHttpExtendedConnectFeature>()?.IsExtendedConnect == true;

    private async Task RefuseAsync(HttpContext context, Task answer)
    {
        await answer;
        Count(context);
        if (context.Request.Headers.Expect.Count == 0 && !IsTunnel(context))
        {
            await _unread.DrainAsync(context);
        }
    }

    private async Task RunAsync(HttpContext context, IApplication application, HttpScope scope)
    {
        var watch = new ResponseStartWatch(context, sweep);
        using var driver = new HttpDriver(context, watch, _options.MaxBodyBytes, metrics);
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
            : admission.Answers.WriteEndingAsync(context, ending));
        return true;
    }

    private void Count(HttpContext context) => metrics.RequestEnded(context.Response.HasStarted ? context.Response.StatusCode : 0);

    private void Report(HttpContext context, IApplication application, InstanceEnding ending)
    {
        if (ending is not { Kind: EndingKind.Finished, Reason: null } && logger.IsEnabled(LogLevel.Debug))
        {
            Log.Ended(logger, context.Request.Method, RequestAdmission.TargetOf(context), application.Name, ending.Kind.ToString(), ending.Reason);
        }
    }
}
