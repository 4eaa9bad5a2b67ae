using System.IO.Pipelines;
using Bridge.Server.Metrics;

namespace Bridge.Server.Http;

/// <summary>
/// What happens to a request body that nobody read (GAP-15). HTTP/1 has to get past it to the next request, and a
/// client that is still sending would lose the response to a reset: so some of it is thrown away. HTTP/2 ends the stream.
/// </summary>
internal sealed class UnreadBody(HttpFrontOptions options, TimeProvider clock, BridgeMetrics metrics)
{
    public Task DrainAsync(HttpContext context, RequestBody body)
    {
        var isDone = body.IsComplete || !body.HasBody || body.FailureStatus is not (0 or StatusCodes.Status413PayloadTooLarge);
        var isHeldBack = !body.WasRead && context.Request.Headers.Expect.Count > 0;
        return isDone || isHeldBack || context.RequestAborted.IsCancellationRequested
            ? Task.CompletedTask
            : DrainAsync(context);
    }

    /// <summary>For a request that was answered without an application.</summary>
    public async Task DrainAsync(HttpContext context)
    {
        if (HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            return;
        }

        using var timeout = new CancellationTokenSource(options.UnreadBodyTimeout, clock);
        if (await FindExcessAsync(context.Request.BodyReader, timeout.Token) is { } limit)
        {
            metrics.Reached(limit);
            context.Abort();
        }
    }

    /// <summary>Throws the body away; returns the limit that this has reached.</summary>
    private async Task<Limit?> FindExcessAsync(PipeReader reader, CancellationToken timeout)
    {
        var left = options.MaxUnreadBodyBytes;
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(timeout);
                left -= result.Buffer.Length;
                reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted || left < 0)
                {
                    return left < 0 ? Limit.UnreadBodyBytes : null;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return Limit.UnreadBodyTime;
        }
        catch (Exception broken) when (broken is IOException or InvalidOperationException)
        {
            // The client has gone or sends no HTTP: the platform has seen it too and closes the connection.
            return null;
        }
    }
}
