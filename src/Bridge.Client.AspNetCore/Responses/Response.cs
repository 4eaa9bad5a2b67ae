using System.IO.Pipelines;
using Asgiref.Core;
using Bridge.Client.AspNetCore.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bridge.Client.AspNetCore.Responses;

/// <summary>
/// The response of one request: head, callbacks and end here, the body in the other part. The order of things is Kestrel's:
/// callbacks before the head, the head with the first bytes, a length that does not fit as an error. Not safe for concurrent use.
/// </summary>
internal sealed partial class Response(RequestFeatures request, ResponseOutlet outlet, bool isHead)
    : PipeWriter, IHttpResponseFeature, IHttpResponseBodyFeature, IHttpResponseTrailersFeature
{
    private CallbackStack _onStarting;
    private CallbackStack _onCompleted;
    private int _status = StatusCodes.Status200OK;
    private string? _reason;
    private HeaderDictionary _headers = [];
    private HeaderDictionary? _trailers;
    private long? _announced;
    private bool _hasBody = true;
    private bool _trailersFollow;

    public int StatusCode
    {
        get => _status;
        set
        {
            ThrowIfStarted(nameof(StatusCode));
            _status = value;
        }
    }

    /// <summary>Kept for the application; ASGI has none (HTTP-35).</summary>
    public string? ReasonPhrase
    {
        get => _reason;
        set
        {
            ThrowIfStarted(nameof(ReasonPhrase));
            _reason = value;
        }
    }

    public IHeaderDictionary Headers
    {
        get => _headers;
        set
        {
            ThrowIfStarted(nameof(Headers));
            _headers = value as HeaderDictionary ?? new HeaderDictionary(new Dictionary<string, Microsoft.Extensions.Primitives.StringValues>(value));
        }
    }

    public IHeaderDictionary Trailers
    {
        get => _trailers ??= [];
        set => _trailers = value as HeaderDictionary ?? new HeaderDictionary(new Dictionary<string, Microsoft.Extensions.Primitives.StringValues>(value));
    }

    public bool HasStarted { get; private set; }

    /// <summary>Whether everything has been sent.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether the last event is on its way: a disconnect after it is only the end of the conversation (HTTP-49).</summary>
    public bool IsEnding { get; private set; }

    public bool OffersTrailers => outlet.OffersTrailers;

    public void OnStarting(Func<object, Task> callback, object state)
    {
        ThrowIfStarted(nameof(OnStarting));
        _onStarting.Push(callback, state);
    }

    public void OnCompleted(Func<object, Task> callback, object state) => _onCompleted.Push(callback, state);

    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return HasStarted ? Task.CompletedTask : SendHeadAsync();
    }

    /// <summary>Calls what waits for the start. An error of theirs is the application's.</summary>
    public async Task RunOnStartingAsync()
    {
        while (!HasStarted && _onStarting.TryPop(out var entry))
        {
            await entry.Callback(entry.State).ConfigureAwait(false);
        }
    }

    /// <summary>Calls what waits for the end. An error of theirs is logged; the others are called all the same.</summary>
    public async Task RunOnCompletedAsync()
    {
        while (_onCompleted.TryPop(out var entry))
        {
            try
            {
                await entry.Callback(entry.State).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                Log.ApplicationRaised(request.Logger, error, request.TraceIdentifier);
            }
        }
    }

    /// <summary>Forgets what the application has made of a response that has not started.</summary>
    public void Reset(int status)
    {
        _onStarting = default;
        _headers = [];
        _trailers = null;
        _buffer.Clear();
        _written = 0;
        _writerCompleted = false;
        _isCompleting = false;
        _status = status;
        _reason = null;
    }

    /// <summary>The handshake has been accepted: there is no response any more.</summary>
    public void MarkUpgraded(int status)
    {
        _status = status;
        _headers.IsReadOnly = true;
        HasStarted = true;
        IsComplete = true;
    }

    /// <summary>Sends what is left, and the end. Nothing if that has been done.</summary>
    /// <exception cref="InvalidOperationException">The body is shorter than its length.</exception>
    public async Task CompleteAsync()
    {
        if (_isCompleting || IsComplete)
        {
            return;
        }

        await RunOnStartingAsync().ConfigureAwait(false);
        ThrowIfShort();
        _isCompleting = true;
        if (!HasStarted)
        {
            await SendHeadAsync().ConfigureAwait(false);
        }

        await SendEndAsync().ConfigureAwait(false);
    }

    private async Task SendHeadAsync()
    {
        await RunOnStartingAsync().ConfigureAwait(false);
        if (HasStarted)
        {
            return;
        }

        _announced = _headers.ContentLength;
        _hasBody = !isHead && StatusHasBody;
        _trailersFollow = outlet.OffersTrailers && request.AcceptsTrailers;
        var fields = ResponseHeaders.Convert(_headers);
        _headers.IsReadOnly = true;
        HasStarted = true;
        if (request.IsAborted)
        {
            return;
        }

        try
        {
            await outlet.StartAsync(_status, fields, _trailersFollow).ConfigureAwait(false);
        }
        catch (InvalidAsgiEventException)
        {
            // A header or status that no server sends: nothing has gone out, so an error page still can.
            _headers.IsReadOnly = false;
            HasStarted = false;
            throw;
        }
        catch (Exception error) when (error is ClientDisconnectedException or OperationCanceledException)
        {
            request.ClientLeft();
        }
    }

    private void ThrowIfStarted(string member)
    {
        if (HasStarted)
        {
            throw new InvalidOperationException($"{member} cannot be set because the response has already started.");
        }
    }
}
