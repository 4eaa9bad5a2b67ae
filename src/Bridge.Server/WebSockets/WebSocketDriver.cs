using System.Net.WebSockets;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Rules;
using Bridge.Server.Http;
using Bridge.Server.Metrics;

namespace Bridge.Server.WebSockets;

/// <summary>
/// Plays the protocol server for one WebSocket. The handshake is completed by the application's accept and not before
/// (WS-20); until it is answered, the front may still answer it in its own words.
/// </summary>
internal sealed class WebSocketDriver : IDriver, IDisposable
{
    private readonly HttpContext _context;
    private readonly WebSocketFrontOptions _options;
    private readonly BridgeMetrics _metrics;
    private readonly ReceiveQueue _inbox;
    private readonly ResponseWriter _denial;

    // Not disposed: it has no timer and no handle, and a late abort may still come to it.
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenRegistration _abort;
    private OpenSocket? _socket;
    private int _answeredBy;
    private bool _connectTaken;

    public WebSocketDriver(HttpContext context, WebSocketFrontOptions options, BridgeMetrics metrics)
    {
        _context = context;
        _options = options;
        _metrics = metrics;
        _inbox = new ReceiveQueue(options.QueuedMessages, options.QueuedBytes);
        _denial = new ResponseWriter(context);
        _abort = context.RequestAborted.UnsafeRegister(static driver => ((WebSocketDriver)driver!).OnAborted(), this);
    }

    private enum AnsweredBy
    {
        Nobody,
        Application,
        Front,
    }

    public CancellationToken Disconnected => _gone.Token;

    public string? TimedOut { get; private set; }

    /// <summary>The accepted socket; null before, and when the handshake was denied.</summary>
    public OpenSocket? Socket => _socket;

    /// <summary>The response that denies the handshake.</summary>
    public ResponseWriter Denial => _denial;

    /// <summary>Called when the application answers the handshake.</summary>
    public Action? WhenAnswered { get; set; }

    /// <summary>Whether the application has denied the handshake and the client has its whole answer.</summary>
    public bool IsDenied { get; private set; }

    public ValueTask<AsgiEvent> ReceiveAsync(CancellationToken cancellationToken)
    {
        if (_connectTaken)
        {
            return _inbox.TakeAsync(cancellationToken);
        }

        _connectTaken = true;
        return ValueTask.FromResult<AsgiEvent>(WebSocketConnectEvent.Instance);
    }

    public ValueTask SendAsync(AsgiEvent message, SendVerdict verdict, CancellationToken cancellationToken)
    {
        if (_gone.IsCancellationRequested)
        {
            throw new ClientDisconnectedException();
        }

        return message switch
        {
            WebSocketSendEvent data => _socket!.SendAsync(data, cancellationToken),
            WebSocketAcceptEvent accept => AcceptAsync(accept),
            WebSocketCloseEvent close when _socket is { } open => CloseAsync(open, close),
            WebSocketCloseEvent => DenyAsync(),
            WebSocketHttpResponseStartEvent start => StartDenialAsync(start, cancellationToken),
            WebSocketHttpResponseBodyEvent body => SendDenialAsync(body, verdict, cancellationToken),
            _ => throw new InvalidAsgiEventException(message.Type, "the WebSocket front does not offer the extension of this event."),
        };
    }

    /// <summary>Claims the answer to the handshake for the front; false when the application has answered.</summary>
    public bool TryAnswer() => Interlocked.CompareExchange(ref _answeredBy, (int)AnsweredBy.Front, (int)AnsweredBy.Nobody) == (int)AnsweredBy.Nobody;

    /// <summary>Ends the conversation as a client that vanishes would.</summary>
    /// <param name="timedOut">The limit of the front that ends it; null when the client has gone.</param>
    public void Leave(string? timedOut = null)
    {
        if (!_gone.IsCancellationRequested)
        {
            TimedOut = timedOut;
        }

        _inbox.End(new WebSocketDisconnectEvent { Code = CloseCode.Lost, Reason = "" });
        _gone.Cancel();
    }

    public void Dispose()
    {
        _abort.Dispose();
        _socket?.Dispose();
    }

    private async ValueTask AcceptAsync(WebSocketAcceptEvent accept)
    {
        ClaimForApplication();
        AcceptHeaders.Apply(_context.Response.Headers, accept.Headers);
        try
        {
            var socket = await _context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
            {
                SubProtocol = accept.Subprotocol,
                DangerousEnableCompression = _options.Compression,
            });
            _socket = new OpenSocket(socket, ObservedUpgrade.ConnectionOf(_context.Features), _inbox, _options, _metrics);
        }
        catch (Exception error) when (error is IOException or WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            throw new ClientDisconnectedException("The client left during the handshake.", error);
        }

        _metrics.WebSocketOpened();
        _socket.Start(_gone.Cancel);
    }

    /// <summary>The application's own close is its last event: it then receives the disconnect at once (WS-36).</summary>
    private async ValueTask CloseAsync(OpenSocket socket, WebSocketCloseEvent close)
    {
        _inbox.End(new WebSocketDisconnectEvent { Code = close.CodeOrDefault, Reason = close.ReasonOrDefault });
        await socket.CloseAsync(close.CodeOrDefault, close.ReasonOrDefault);
    }

    private async ValueTask DenyAsync()
    {
        ClaimForApplication();
        await FrontAnswers.WriteAsync(_context, StatusCodes.Status403Forbidden, "The application refused the WebSocket.", closes: true);
        EndDenied();
    }

    private ValueTask StartDenialAsync(WebSocketHttpResponseStartEvent start, CancellationToken cancellationToken)
    {
        ClaimForApplication();
        if (!HttpProtocol.IsHttp2(_context.Request.Protocol))
        {
            // The connection ends with the response (EXT-05).
            _context.Response.Headers.Connection = "close";
        }

        var head = new HttpResponseStartEvent { Status = start.Status, Headers = start.Headers };
        return _denial.SendAsync(head, SendVerdict.Forward, cancellationToken);
    }

    private async ValueTask SendDenialAsync(WebSocketHttpResponseBodyEvent body, SendVerdict verdict, CancellationToken cancellationToken)
    {
        var part = new HttpResponseBodyEvent { Body = body.Body, MoreBody = body.MoreBody };
        await _denial.SendAsync(part, verdict, cancellationToken);
        if (_denial.IsComplete)
        {
            EndDenied();
        }
    }

    /// <summary>The socket never opened; for the application it is lost (WS-45).</summary>
    private void EndDenied()
    {
        IsDenied = true;
        _inbox.End(new WebSocketDisconnectEvent { Code = CloseCode.Lost, Reason = "" });
    }

    private void ClaimForApplication()
    {
        if (Interlocked.CompareExchange(ref _answeredBy, (int)AnsweredBy.Application, (int)AnsweredBy.Nobody) != (int)AnsweredBy.Nobody)
        {
            throw new ClientDisconnectedException("The front has answered this handshake already.");
        }

        WhenAnswered?.Invoke();
    }

    /// <summary>A client that goes after it was denied does not disturb what the application still does.</summary>
    private void OnAborted()
    {
        if (!IsDenied)
        {
            Leave();
        }
    }
}
