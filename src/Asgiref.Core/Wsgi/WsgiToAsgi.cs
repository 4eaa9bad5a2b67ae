using System.Globalization;
using System.Text;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Wsgi;

/// <summary>
/// Makes an ASGI application of a WSGI application (WSGI-01, PEP 3333). Every request runs on a dedicated thread from a
/// bounded cache of this adapter; the request body streams in, the response streams out, both with back-pressure.
/// </summary>
/// <remarks>
/// Only HTTP: another scope, also lifespan, ends with <see cref="NotSupportedException"/> (WSGI-02), which a server takes
/// for "no lifespan support". Of the HTTP extensions none is used: no trailers, no push, no early hints (WSGI-46).
/// Safe for concurrent use.
/// </remarks>
public sealed class WsgiToAsgi : IAsyncDisposable
{
    private readonly WsgiApplication _application;
    private readonly WsgiOptions _options;
    private readonly EnvironBuilder _environ;
    private readonly DedicatedThreadCache _threads;

    /// <summary>Wraps an application.</summary>
    /// <param name="application">Called on many threads at once unless <see cref="WsgiOptions.SingleThreaded"/> is set.</param>
    /// <param name="options">The settings; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it.</exception>
    public WsgiToAsgi(WsgiApplication application, WsgiOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(application);
        _application = application;
        _options = options ?? new WsgiOptions();
        _options.Validate();
        _environ = new EnvironBuilder(_options);
        _threads = new DedicatedThreadCache(new DedicatedThreadOptions(
            "WSGI",
            _options.Concurrency,
            _options.MaxQueuedRequests,
            _options.ThreadQueueTimeout,
            _options.SingleThreaded ? Timeout.InfiniteTimeSpan : _options.ThreadIdleLifetime,
            _options.StopTimeout,
            _options.Clock));
        Application = RunAsync;
    }

    /// <summary>The ASGI application.</summary>
    public AsgiApplication Application { get; }

    /// <summary>
    /// Ends the threads. Requests that wait for one fail with <see cref="ObjectDisposedException"/>; running ones are waited
    /// for up to <see cref="WsgiOptions.StopTimeout"/>. A thread that an application does not give back even then is a
    /// background thread: it does not keep the process.
    /// </summary>
    public ValueTask DisposeAsync() => _threads.DisposeAsync();

    private async Task RunAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        if (scope is not HttpScope http)
        {
            throw new NotSupportedException($"WSGI wrapper received a non-HTTP scope: \"{scope.Type}\".");
        }

        var cancellation = AsgiCancellation.Token;
        if (_environ.Build(http) is not { } environ)
        {
            _options.LimitReached?.Invoke(WsgiLimit.DuplicateHeaders);
            await AnswerAsync(send, 400, "Bad Request: Too many duplicate headers", [], cancellation).ConfigureAwait(false);
            return;
        }

        environ["wsgi.input"] = new WsgiInput(new RequestBody(receive, ContentLength(environ), cancellation));
        var response = new WsgiResponse(send, http.Method == "HEAD", cancellation);
        var exchange = new WsgiExchange(_application, environ, response, (TextWriter)environ["wsgi.errors"]);
        try
        {
            await _threads.RunAsync(exchange, cancellation).ConfigureAwait(false);
        }
        catch (ThreadLimitException) when (!exchange.HasRun)
        {
            _options.LimitReached?.Invoke(WsgiLimit.Threads);
            var retryAfter = Math.Max(1, (int)Math.Ceiling(_options.ThreadQueueTimeout.TotalSeconds));
            await AnswerAsync(
                send,
                503,
                "Service Unavailable: all WSGI threads are busy",
                [new AsgiHeader("retry-after", retryAfter.ToString(CultureInfo.InvariantCulture))],
                cancellation).ConfigureAwait(false);
        }
    }

    private static long? ContentLength(Dictionary<string, object> environ) =>
        environ.TryGetValue("CONTENT_LENGTH", out var entry)
        && entry is string text
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : null;

    private static async Task AnswerAsync(
        AsgiSend send, int status, string text, AsgiHeader[] extra, CancellationToken cancellation)
    {
        var body = Encoding.ASCII.GetBytes(text);
        var start = new HttpResponseStartEvent
        {
            Status = status,
            Headers = AsgiHeaders.Wrap(
            [
                new AsgiHeader("content-type", "text/plain"),
                new AsgiHeader("content-length", body.Length.ToString(CultureInfo.InvariantCulture)),
                .. extra,
            ]),
        };
        await send(start, cancellation).ConfigureAwait(false);
        await send(new HttpResponseBodyEvent { Body = body, MoreBody = false }, cancellation).ConfigureAwait(false);
    }
}
