using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Rules;
using Bridge.Server.Metrics;

namespace Bridge.Server.Http;

/// <summary>Plays the protocol server for one HTTP request: its <see cref="Body"/> in, its <see cref="Response"/> out.</summary>
internal sealed class HttpDriver : IDriver, IDisposable
{
    // Not disposed: it has no timer and no handle, and a late abort may still come to it.
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenRegistration _abort;

    public HttpDriver(HttpContext context, ResponseStartWatch watch, long? maxBodyBytes, BridgeMetrics metrics)
    {
        Body = new RequestBody(context, watch, maxBodyBytes, metrics);
        Response = new ResponseWriter(context);
        Watch = watch;
        _abort = context.RequestAborted.UnsafeRegister(static driver => ((HttpDriver)driver!).OnAborted(), this);
    }

    public RequestBody Body { get; }

    public ResponseWriter Response { get; }

    public ResponseStartWatch Watch { get; }

    public CancellationToken Disconnected => _gone.Token;

    public string? TimedOut { get; private set; }

    public async ValueTask<AsgiEvent> ReceiveAsync(CancellationToken cancellationToken)
    {
        if (_gone.IsCancellationRequested)
        {
            return HttpDisconnectEvent.Instance;
        }

        var received = await Body.ReceiveAsync(cancellationToken);
        if (received is null)
        {
            Leave();
        }

        return received ?? HttpDisconnectEvent.Instance;
    }

    public async ValueTask SendAsync(AsgiEvent message, SendVerdict verdict, CancellationToken cancellationToken)
    {
        ThrowIfGone();
        await Response.SendAsync(message, verdict, cancellationToken);
        if (Response.IsComplete)
        {
            Body.Close();
        }
        else
        {
            ThrowIfGone();
        }
    }

    /// <summary>Ends the conversation as a client that leaves would.</summary>
    /// <param name="timedOut">The limit of the front that ends it; null when the client has gone.</param>
    public void Leave(string? timedOut = null)
    {
        if (!_gone.IsCancellationRequested)
        {
            TimedOut = timedOut;
        }

        Body.Close();
        _gone.Cancel();
    }

    public void Dispose() => _abort.Dispose();

    /// <summary>A client that goes after it has got everything does not disturb what the application still does.</summary>
    private void OnAborted()
    {
        if (Response.IsComplete)
        {
            Body.Close();
        }
        else
        {
            Leave();
        }
    }

    /// <summary>The platform takes writes to a lost connection without a word (KES-10).</summary>
    private void ThrowIfGone()
    {
        if (_gone.IsCancellationRequested)
        {
            throw new ClientDisconnectedException();
        }
    }
}
