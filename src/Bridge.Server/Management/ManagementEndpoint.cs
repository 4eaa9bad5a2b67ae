using Bridge.Server.Instances;

namespace Bridge.Server.Management;

/// <summary>What the management endpoint answers: <c>/healthz</c>, <c>/readyz</c>, <c>/metrics</c>, <c>/workers</c>.</summary>
internal sealed class ManagementEndpoint(IReadiness readiness, PrometheusPage metrics, WorkersPage workers)
{
    public Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return AnswerAsync(context, StatusCodes.Status405MethodNotAllowed, "method not allowed\n");
        }

        context.Response.Headers.CacheControl = "no-store";
        return request.Path.Value switch
        {
            "/healthz" => AnswerAsync(context, StatusCodes.Status200OK, "ok\n"),
            "/readyz" when readiness.IsReady => AnswerAsync(context, StatusCodes.Status200OK, "ready\n"),
            "/readyz" => AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, "not ready\n"),
            "/metrics" => AnswerAsync(context, StatusCodes.Status200OK, metrics.Render(), PrometheusPage.ContentType),
            "/workers" => AnswerAsync(context, StatusCodes.Status200OK, workers.Render()),
            _ => AnswerAsync(context, StatusCodes.Status404NotFound, "not found; there are /healthz, /readyz, /metrics and /workers\n"),
        };
    }

    private static Task AnswerAsync(HttpContext context, int status, string text, string contentType = "text/plain; charset=utf-8")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(text, context.RequestAborted);
    }
}
