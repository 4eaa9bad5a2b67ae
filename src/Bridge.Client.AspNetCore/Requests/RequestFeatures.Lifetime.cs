using Asgiref.Core;
using Asgiref.Core.Events;
using Microsoft.AspNetCore.Http.Features;

namespace Bridge.Client.AspNetCore.Requests;

/// <summary>How the request ends: by the application, by a client that goes, or by an abort. Safe for concurrent use.</summary>
internal sealed partial class RequestFeatures : IHttpRequestLifetimeFeature
{
    private readonly TaskCompletionSource _ended = new();
    private CancellationTokenSource? _abortSource;
    private CancellationTokenRegistration _givenUp;
    private CancellationToken? _replacedToken;
    private int _isAborted;
    private bool _isWatched;
    private ClientDisconnectedException? _abort;

    /// <summary>The instance's end: when the application has returned, or has aborted the connection.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Whether the client has gone or was sent away.</summary>
    public bool IsAborted => Volatile.Read(ref _isAborted) != 0;

    /// <summary>Whether the application has returned: its streams are closed.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The first error that the application is answerable for.</summary>
    public Exception? Error { get; private set; }

    /// <summary>Ends what waits for the client. Looking at it does not make the disconnect be watched for.</summary>
    public CancellationToken AbortedToken => AbortSource.Token;

    CancellationToken IHttpRequestLifetimeFeature.RequestAborted
    {
        get
        {
            if (_replacedToken is { } replaced)
            {
                return replaced;
            }

            Watch();
            return AbortSource.Token;
        }

        set => _replacedToken = value;
    }

    private CancellationTokenSource AbortSource
    {
        get
        {
            if (Volatile.Read(ref _abortSource) is { } made)
            {
                return made;
            }

            // Not disposed: it has no timer and no handle, and tokens of it may be kept.
            var source = new CancellationTokenSource();
            if (Interlocked.CompareExchange(ref _abortSource, source, null) is { } other)
            {
                return other;
            }

            if (IsAborted)
            {
                source.Cancel();
            }

            return source;
        }
    }

    /// <summary>Cuts the client off, whatever the application still does.</summary>
    public void Abort()
    {
        if (Interlocked.Exchange(ref _isAborted, 1) == 0)
        {
            // The client is to be cut off, and that is no failure of the application.
            _abort = new ClientDisconnectedException("The application aborted the connection.");
            CancelWaits();
            if (_handshake?.IsAccepted == true)
            {
                _handshake.CloseAfterAbort();
            }

            // Not in line: what follows is the host's, and the caller is the application.
            ThreadPool.UnsafeQueueUserWorkItem(
                static request => request._ended.TrySetException(request._abort!), this, preferLocal: false);
        }
    }

    /// <summary>The client has gone.</summary>
    public void ClientLeft()
    {
        if (Interlocked.Exchange(ref _isAborted, 1) == 0)
        {
            CancelWaits();
        }
    }

    /// <summary>Notes an error of the application; the first one counts, and is logged where it is known what becomes of it.</summary>
    public void Fail(Exception error) => Error ??= error;

    /// <summary>The application has returned: what it has kept of the request is of no use any more.</summary>
    public void CloseStreams()
    {
        IsOver = true;
        _body?.Stop();
    }

    /// <summary>Ends the instance.</summary>
    /// <param name="error">Makes it a failed one; null for one that is over in good order, or whose client has gone.</param>
    public void End(Exception? error)
    {
        _givenUp.Dispose();
        if ((error ?? _abort) is { } raised)
        {
            _ended.TrySetException(raised);
        }
        else
        {
            _ended.TrySetResult();
        }
    }

    private void Watch()
    {
        if (!_isWatched)
        {
            _isWatched = true;

            // A body part that nobody reads hides the disconnect behind it; the end of the host's patience does not.
            _givenUp = AsgiCancellation.Token.UnsafeRegister(static request => ((RequestFeatures)request!).ClientLeft(), this);
            _events.Watch(mayReadAhead: Headers.Expect.Count == 0 || _body?.HasBegun == true);
        }
    }

    private void OnDisconnected(AsgiEvent disconnect)
    {
        var isOrderly = IsUpgraded
            ? disconnect is WebSocketDisconnectEvent { CodeOrDefault: not 1006 }
            : Response.IsEnding;
        if (!isOrderly && !IsOver)
        {
            ClientLeft();
        }
    }

    private void CancelWaits()
    {
        // The callbacks are the application's: they run elsewhere.
        _ = Volatile.Read(ref _abortSource)?.CancelAsync();
    }
}
