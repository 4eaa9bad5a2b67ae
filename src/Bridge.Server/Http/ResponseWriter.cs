using System.Buffers;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Rules;

namespace Bridge.Server.Http;

/// <summary>
/// The sending side of one request. The head waits for the first body event, so that until then the front can still
/// answer in its own words (HTTP-39): whoever comes first, application or front, owns the response.
/// </summary>
internal sealed class ResponseWriter(HttpContext context)
{
    /// <summary>What is copied into the platform's buffers before waiting for the client to take some of it.</summary>
    private const int MaxSlice = 64 * 1024;

    private readonly HttpResponse _response = context.Response;
    private readonly ClientPace _pace = new(context);
    private readonly Lock _gate = new();
    private Owner _owner;
    private bool _trailersFollow;
    private bool _hasBody = true;
    private long _written;

    private enum Owner
    {
        Nobody,
        Application,
        Front,
    }

    /// <summary>Whether the application has sent its whole response.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Claims the response for the front; false when the application's head has gone out.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            if (_owner == Owner.Nobody)
            {
                _owner = Owner.Front;
            }

            return _owner == Owner.Front;
        }
    }

    /// <returns>A task that ends when the platform has taken the event, which it does as fast as the client reads (HTTP-46).</returns>
    /// <exception cref="ClientDisconnectedException">The front has answered already.</exception>
    public ValueTask SendAsync(AsgiEvent message, SendVerdict verdict, CancellationToken cancellationToken)
    {
        switch (message)
        {
            case HttpResponseStartEvent start:
                TakeHead(start);
                return ValueTask.CompletedTask;
            case HttpResponseBodyEvent body:
                _hasBody = verdict == SendVerdict.Forward;
                return SendBodyAsync(_hasBody ? body.BodyOrDefault : default, body.MoreBodyOrDefault, cancellationToken);
            case HttpResponsePathSendEvent file:
                return SendFileAsync(file.Path, verdict, cancellationToken);
            case HttpResponseTrailersEvent trailers:
                return SendTrailersAsync(trailers, cancellationToken);
            default:
                throw new InvalidAsgiEventException(message.Type, "the HTTP front does not offer the extension of this event.");
        }
    }

    /// <summary>Waits for what a given-up <c>send</c> has left with the platform; it ends at the latest with the connection.</summary>
    public Task SettleAsync() => _pace.Unfinished;

    /// <summary>Copies the head: the application may reuse its memory after this (GAP-27).</summary>
    private void TakeHead(HttpResponseStartEvent start)
    {
        lock (_gate)
        {
            ThrowIfFronts();
            _trailersFollow = start.TrailersOrDefault;
            _response.StatusCode = start.Status;

            // The platform knows only "HEAD" for what it is; for "head" a length without a body would break the framing.
            var method = context.Request.Method;
            var keepsLength = start.Status is not (StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent)
                && (method == HttpMethods.Head || !HttpMethods.IsHead(method));
            ResponseHeaders.Apply(_response.Headers, start.Headers, !HttpProtocol.IsHttp2(context.Request.Protocol), keepsLength);
        }
    }

    private async ValueTask SendBodyAsync(ReadOnlyMemory<byte> body, bool moreBody, CancellationToken cancellationToken)
    {
        var ends = !moreBody && !_trailersFollow;
        await _pace.CatchUpAsync(cancellationToken);
        Commit(ends ? body.Length : null);
        _written += body.Length;
        var writer = _response.BodyWriter;
        if (!ends && body.IsEmpty)
        {
            await _pace.WaitAsync(writer.FlushAsync(CancellationToken.None), isWhole: true, cancellationToken);
            return;
        }

        // The last slice of the last event goes out together with the end of the response.
        while (body.Length > (ends ? MaxSlice : 0))
        {
            var slice = body[..Math.Min(body.Length, MaxSlice)];
            body = body[slice.Length..];
            await _pace.WaitAsync(writer.WriteAsync(slice, CancellationToken.None), body.IsEmpty, cancellationToken);
        }

        if (ends)
        {
            await EndAsync(body, cancellationToken);
        }
    }

    private ValueTask SendFileAsync(string path, SendVerdict verdict, CancellationToken cancellationToken)
    {
        _hasBody = verdict == SendVerdict.Forward;
        return _hasBody ? FileParts.SendAsync(path, SendBodyAsync, cancellationToken) : SendBodyAsync(default, moreBody: false, cancellationToken);
    }

    private ValueTask SendTrailersAsync(HttpResponseTrailersEvent trailers, CancellationToken cancellationToken)
    {
        // Only a client that says so takes trailers (EXT-32); the event itself is waited for in any case.
        if (RequestHeaders.AcceptTrailers(context.Request.Headers))
        {
            foreach (ref readonly var header in trailers.Headers.AsSpan())
            {
                _response.AppendTrailer(HeaderNames.TextOf(header.Name.Span), header.ValueText);
            }
        }

        return trailers.MoreTrailersOrDefault ? ValueTask.CompletedTask : EndAsync(default, cancellationToken);
    }

    private async ValueTask EndAsync(ReadOnlyMemory<byte> rest, CancellationToken cancellationToken)
    {
        await _pace.CatchUpAsync(cancellationToken);
        if (_hasBody && _response.ContentLength is { } announced && _written < announced)
        {
            // Less than announced (GAP-12): the connection is cut, so that nobody takes it for a whole response.
            IsComplete = true;
            context.Abort();
            return;
        }

        if (!rest.IsEmpty && _response.HasStarted)
        {
            // The platform's end flushes a head, not what was written after one.
            await _pace.WaitAsync(_response.BodyWriter.WriteAsync(rest, CancellationToken.None), isWhole: false, cancellationToken);
        }
        else if (!rest.IsEmpty)
        {
            // Once started, the platform hands out its own buffers; before, it would copy twice.
            await _response.StartAsync(CancellationToken.None);
            _response.BodyWriter.Write(rest.Span);
        }

        IsComplete = true;
        var completed = _response.CompleteAsync();
        if (!completed.IsCompletedSuccessfully)
        {
            await _pace.WaitAsync(completed, isWhole: true, cancellationToken);
        }
    }

    /// <summary>The head can go out from here on.</summary>
    /// <param name="wholeBody">The length of a body that comes in one piece; spares the chunked framing (HTTP-09).</param>
    private void Commit(int? wholeBody)
    {
        if (_owner == Owner.Application)
        {
            return;
        }

        lock (_gate)
        {
            ThrowIfFronts();
            _owner = Owner.Application;
        }

        if (_hasBody && wholeBody is { } length)
        {
            _response.ContentLength ??= length;
        }
    }

    private void ThrowIfFronts()
    {
        if (_owner == Owner.Front)
        {
            throw new ClientDisconnectedException("The front has answered this request already.");
        }
    }
}
