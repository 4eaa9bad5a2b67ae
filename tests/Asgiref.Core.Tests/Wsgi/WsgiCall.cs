using System.Text;
using System.Threading.Channels;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Wsgi;

namespace Asgiref.Core.Tests.Wsgi;

/// <summary>One request driven by a test: feeds receive-events through a channel and keeps what was sent.</summary>
internal sealed class WsgiCall
{
    private readonly Channel<AsgiEvent> _incoming = Channel.CreateUnbounded<AsgiEvent>();
    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<AsgiEvent> _sent = [];
    private volatile bool _disconnected;

    public static HttpScope Scope { get; } = new() { HttpVersion = "1.1", Method = "GET", Path = "/" };

    /// <summary>What was sent so far.</summary>
    public IReadOnlyList<AsgiEvent> Sent
    {
        get
        {
            lock (_sent)
            {
                return [.. _sent];
            }
        }
    }

    /// <summary>Ends when the application first asks for an event.</summary>
    public Task Received => _received.Task;

    /// <summary>Called with each event before it is kept; what it returns is what <c>send</c> waits for.</summary>
    public Func<AsgiEvent, Task> OnSend { get; init; } = static _ => Task.CompletedTask;

    public HttpResponseStartEvent Head => Assert.Single(Sent.OfType<HttpResponseStartEvent>());

    public int Status => Head.Status;

    public string Body => Encoding.Latin1.GetString([.. Sent.OfType<HttpResponseBodyEvent>().SelectMany(part => part.BodyOrDefault.ToArray())]);

    /// <summary>The sent events in short: "start 200", "body text+" (more follows), "body text." (the last).</summary>
    public IEnumerable<string> Trace => Sent.Select(message => message switch
    {
        HttpResponseStartEvent start => $"start {start.Status}",
        HttpResponseBodyEvent part => $"body {Encoding.Latin1.GetString(part.BodyOrDefault.Span)}{(part.MoreBodyOrDefault ? '+' : '.')}",
        _ => message.Type,
    });

    /// <summary>Runs an application once, with an empty request body unless parts are given, and waits for its end.</summary>
    public static async Task<WsgiCall> RunAsync(WsgiApplication application, HttpScope? scope = null, WsgiOptions? options = null)
    {
        await using var adapter = new WsgiToAsgi(application, options);
        var call = new WsgiCall().Feed("", more: false);
        await call.Start(adapter, scope).WithDeadline();
        return call;
    }

    /// <summary>The environ that an application gets for a scope.</summary>
    public static async Task<IDictionary<string, object>> EnvironOf(HttpScope scope, WsgiOptions? options = null)
    {
        IDictionary<string, object>? seen = null;
        await RunAsync(
            (environ, start) =>
            {
                seen = environ;
                start("204 No Content", []);
                return [];
            },
            scope,
            options);
        return seen!;
    }

    /// <summary>An application that answers 200 with these chunks, from an array.</summary>
    public static WsgiApplication Answering(params string[] chunks) => (_, start) =>
    {
        start("200 OK", [("Content-Type", "text/plain")]);
        return chunks.Select(Bytes).ToArray();
    };

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public Task Start(WsgiToAsgi adapter, AsgiScope? scope = null) => adapter.Application(scope ?? Scope, ReceiveAsync, SendAsync);

    public WsgiCall Feed(string body, bool more) => Feed(new HttpRequestEvent { Body = Bytes(body), MoreBody = more });

    public WsgiCall Feed(AsgiEvent message)
    {
        Assert.True(_incoming.Writer.TryWrite(message));
        return this;
    }

    public void Disconnect()
    {
        _disconnected = true;
        Feed(HttpDisconnectEvent.Instance);
    }

    public string? Header(string name) => Head.Headers.TryGetText(name, out var value) ? value : null;

    private async ValueTask<AsgiEvent> ReceiveAsync(CancellationToken cancellationToken)
    {
        _received.TrySetResult();
        return await _incoming.Reader.ReadAsync(cancellationToken);
    }

    private async ValueTask SendAsync(AsgiEvent message, CancellationToken cancellationToken)
    {
        if (_disconnected)
        {
            throw new ClientDisconnectedException();
        }

        await OnSend(message).WaitAsync(cancellationToken);
        lock (_sent)
        {
            // The application may use the body's memory again: keep a copy, as a server's transport does.
            _sent.Add(message is HttpResponseBodyEvent part ? part with { Body = part.BodyOrDefault.ToArray() } : message);
        }
    }
}
