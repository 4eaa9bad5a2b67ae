using System.Runtime.CompilerServices;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;

namespace Bridge.Client;

/// <summary>
/// One HTTP request that this process has sent to an application, and the response to it. Read the body once, then dispose.
/// Not safe for concurrent use.
/// </summary>
public sealed class HttpExchange : IAsyncDisposable
{
    private const int PartBytes = 64 * 1024;

    private readonly ApplicationRun _run;
    private readonly Task _sending;
    private readonly HttpResponseStartEvent _start;

    private HttpExchange(ApplicationRun run, Task sending, HttpResponseStartEvent start)
    {
        _run = run;
        _sending = sending;
        _start = start;
    }

    /// <summary>The status code of the response, 200 to 599.</summary>
    public int Status => _start.Status;

    /// <summary>The header fields of the response, in order.</summary>
    public AsgiHeaders Headers => _start.Headers;

    /// <summary>The trailer fields; empty until the body has been read to its end, and where the response has none.</summary>
    public AsgiHeaders Trailers { get; private set; } = AsgiHeaders.Empty;

    /// <summary>
    /// The parts of the body as the application sends them, empty ones left out. Ends with the application; a part that is not
    /// read holds it up.
    /// </summary>
    /// <exception cref="BridgeException">The response is incomplete: the application, the bridge or the link failed.</exception>
    /// <exception cref="OperationCanceledException">The wait was given up, or the exchange was cancelled.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadBodyAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var complete = false;
        while (!complete)
        {
            switch (await _run.ReceiveAsync(cancellationToken).ConfigureAwait(false))
            {
                case null:
                    throw await IncompleteAsync(_run).ConfigureAwait(false);
                case HttpResponseBodyEvent body:
                    complete = !body.MoreBodyOrDefault && !_start.TrailersOrDefault;
                    if (body.BodyOrDefault is { IsEmpty: false } part)
                    {
                        yield return part;
                    }

                    break;
                case HttpResponseTrailersEvent trailers:
                    complete = !trailers.MoreTrailersOrDefault;
                    Trailers = AsgiHeaders.Create([.. Trailers, .. trailers.Headers]);
                    break;
            }
        }

        await EndAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the whole body into memory; errors as <see cref="ReadBodyAsync"/>.</summary>
    public async Task<byte[]> ReadToEndAsync(CancellationToken cancellationToken = default)
    {
        using var body = new MemoryStream();
        await foreach (var part in ReadBodyAsync(cancellationToken).ConfigureAwait(false))
        {
            body.Write(part.Span);
        }

        return body.ToArray();
    }

    /// <summary>
    /// Leaves the exchange. An application that is not done yet gets its disconnect event. Waits up to
    /// <see cref="BridgeClientOptions.CloseTime"/> for the last read and write, and raises nothing.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync().ConfigureAwait(false);
        await _run.LetGoAsync(_sending).ConfigureAwait(false);
    }

    /// <summary>Sends the body while it waits for the head. Takes over the run, also when that fails.</summary>
    internal static async Task<HttpExchange> OpenAsync(ApplicationRun run, ReadOnlyMemory<byte> body)
    {
        var sending = SendAsync(run, body);
        try
        {
            return new HttpExchange(run, sending, await ReceiveStartAsync(run).ConfigureAwait(false));
        }
        catch
        {
            await run.DisposeAsync().ConfigureAwait(false);
            await run.LetGoAsync(sending).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<HttpResponseStartEvent> ReceiveStartAsync(ApplicationRun run)
    {
        while (await run.ReceiveAsync().ConfigureAwait(false) is { } message)
        {
            if (message is HttpResponseStartEvent start)
            {
                return start;
            }
        }

        throw await IncompleteAsync(run).ConfigureAwait(false);
    }

    private static async Task SendAsync(ApplicationRun run, ReadOnlyMemory<byte> body)
    {
        for (; body.Length > PartBytes; body = body[PartBytes..])
        {
            if (!await run.SendAsync(new HttpRequestEvent { Body = body[..PartBytes], MoreBody = true }).ConfigureAwait(false))
            {
                return;
            }
        }

        await run.SendAsync(new HttpRequestEvent { Body = body }).ConfigureAwait(false);
        await run.CompleteSendingAsync().ConfigureAwait(false);
    }

    private static async Task<BridgeException> IncompleteAsync(ApplicationRun run)
    {
        var ending = await run.Completion.ConfigureAwait(false);
        return new BridgeException(
            BridgeError.ResponseIncomplete, ending.Omission ?? "The application ended before its response was complete.");
    }

    /// <summary>A complete response stays complete, whatever the application does afterwards.</summary>
    private async Task EndAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _run.ReceiveAsync(cancellationToken).ConfigureAwait(false) is not null)
            {
            }
        }
        catch (BridgeException)
        {
            // Told by the run's completion to whoever asks.
        }
    }
}
