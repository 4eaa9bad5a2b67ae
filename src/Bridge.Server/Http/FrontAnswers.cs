using System.Globalization;
using System.Text;
using Asgiref.Core.Hosting;

namespace Bridge.Server.Http;

/// <summary>The responses that are the front's own: plain text, one sentence. Safe for concurrent use.</summary>
internal sealed class FrontAnswers(TimeSpan retryAfter, bool detailedErrors)
{
    private readonly string _retryAfter = ((long)Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

    /// <summary>Answers for an instance that ended before its response began; <see cref="EndingKind"/> names the causes.</summary>
    public Task WriteEndingAsync(HttpContext context, InstanceEnding ending) => ending.Kind switch
    {
        EndingKind.Lost => WriteAsync(context, StatusCodes.Status502BadGateway, "The application was lost."),
        EndingKind.Refused when ending.Cause == EndingCause.ScopeTooLarge => WriteAsync(
            context, StatusCodes.Status431RequestHeaderFieldsTooLarge, "The header fields are more than the application takes."),
        EndingKind.Refused when ending.Cause == EndingCause.InvalidScope => WriteAsync(
            context, StatusCodes.Status502BadGateway, "The application's process does not understand the request."),
        EndingKind.Refused => WriteBusyAsync(context, "The application takes no requests at the moment."),
        EndingKind.TimedOut => WriteAsync(context, StatusCodes.Status504GatewayTimeout, "The application did not answer in time."),
        _ => WriteAsync(context, StatusCodes.Status500InternalServerError, DescribeFailure(ending)),
    };

    public Task WriteBusyAsync(HttpContext context, string text)
    {
        context.Response.Clear();
        context.Response.Headers.RetryAfter = _retryAfter;
        return SendAsync(context, StatusCodes.Status503ServiceUnavailable, text);
    }

    /// <summary>Replaces whatever the application has set, and completes the response.</summary>
    /// <remarks>With <paramref name="closes"/> an HTTP/1 connection ends here: what follows on it cannot be read.</remarks>
    public static Task WriteAsync(
        HttpContext context, int status, string text, bool closes = false, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        context.Response.Clear();
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        if (closes && !HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";
        }

        return SendAsync(context, status, text);
    }

    private string DescribeFailure(InstanceEnding ending) =>
        detailedErrors
            ? ending.Error?.ToString() ?? ending.Reason ?? "The application left without a response."
            : "The application failed.";

    private static async Task SendAsync(HttpContext context, int status, string text)
    {
        var response = context.Response;
        var bytes = Encoding.UTF8.GetBytes(text + "\n");
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        response.ContentLength = bytes.Length;
        if (context.Request.Method != HttpMethods.Head)
        {
            // Kestrel knows only "HEAD" for what it is; "head" gets the body that its length announces.
            await response.BodyWriter.WriteAsync(bytes);
        }

        await response.CompleteAsync();
    }
}
