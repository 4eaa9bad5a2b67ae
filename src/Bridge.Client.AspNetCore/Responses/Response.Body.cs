using System.Buffers;
using System.IO.Pipelines;
using Asgiref.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bridge.Client.AspNetCore.Responses;

/// <summary>
/// The body: what is written is sent from the application's own memory, what is put into the pipe's memory waits for a flush.
/// Writes to a client that has gone do nothing, as on Kestrel; <c>RequestAborted</c> tells.
/// </summary>
internal sealed partial class Response
{
    /// <summary>A send as large as this may have to wait for the client, so that an abort must be able to end it.</summary>
    private const int LargePart = 64 * 1024;

    private BodyBuffer _buffer;
    private ResponseBodyStream? _stream;
    private Stream? _replacedStream;
    private long _written;
    private bool _isCommitted;
    private bool _isCompleting;
    private bool _writerCompleted;
    private int _cancelFlush;

    public Stream Stream => _stream ??= new ResponseBodyStream(this, request);

    public PipeWriter Writer => this;

    Stream IHttpResponseFeature.Body
    {
        get => _replacedStream ?? Stream;
        set => _replacedStream = value;
    }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _buffer.Length;

    private bool StatusHasBody =>
        _status is not (StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified);

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        ThrowIfEnded();
        return _buffer.GetMemory(sizeHint);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        Count(bytes);
        _buffer.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        WriteAsync(ReadOnlyMemory<byte>.Empty, cancellationToken);

    public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!source.IsEmpty)
        {
            ThrowIfEnded();
        }

        if (!HasStarted)
        {
            await SendHeadAsync().ConfigureAwait(false);
        }

        Count(source.Length);
        if (!_hasBody)
        {
            source = default;
            _buffer.Clear();
        }

        if (_buffer.Length > 0)
        {
            await SendBufferAsync(moreBody: !source.IsEmpty || !IsWhole, cancellationToken).ConfigureAwait(false);
        }

        if (!source.IsEmpty || !_isCommitted)
        {
            await SendAsync(source, moreBody: source.IsEmpty || !IsWhole, cancellationToken).ConfigureAwait(false);
        }

        return new FlushResult(Interlocked.Exchange(ref _cancelFlush, 0) != 0, request.IsAborted);
    }

    /// <summary>The next flush, or the one that is under way, says that it was cancelled; what it sends goes out.</summary>
    public override void CancelPendingFlush() => Volatile.Write(ref _cancelFlush, 1);

    public override void Complete(Exception? exception = null)
    {
        _writerCompleted = true;
        if (exception is not null)
        {
            request.Fail(exception);
        }
    }

    public override ValueTask CompleteAsync(Exception? exception = null)
    {
        Complete(exception);
        return exception is null ? new ValueTask(CompleteAsync()) : ValueTask.CompletedTask;
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    public void DisableBuffering()
    {
    }

    private async Task SendEndAsync()
    {
        if (!_hasBody)
        {
            _buffer.Clear();
        }

        IsEnding = true;
        if (_buffer.Length > 0)
        {
            await SendBufferAsync(moreBody: false, CancellationToken.None).ConfigureAwait(false);
        }
        else if (!IsComplete)
        {
            await SendAsync(ReadOnlyMemory<byte>.Empty, moreBody: false, CancellationToken.None).ConfigureAwait(false);
        }

        if (_trailersFollow && !request.IsAborted)
        {
            try
            {
                var fields = _trailers is null ? Asgiref.Core.Headers.AsgiHeaders.Empty : ResponseHeaders.Convert(_trailers);
                await outlet.SendTrailersAsync(fields).ConfigureAwait(false);
            }
            catch (Exception error) when (error is ClientDisconnectedException or OperationCanceledException)
            {
                request.ClientLeft();
            }
        }

        IsComplete = true;
        if (_trailers is not null)
        {
            _trailers.IsReadOnly = true;
        }
    }

    private async ValueTask SendBufferAsync(bool moreBody, CancellationToken cancellationToken)
    {
        while (_buffer.TakePiece() is { Count: > 0 } piece)
        {
            await SendAsync(piece, moreBody || _buffer.Length > 0, cancellationToken).ConfigureAwait(false);
            if (!request.IsAborted)
            {
                // A send that was given up may still read it.
                ArrayPool<byte>.Shared.Return(piece.Array!);
            }
        }
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> part, bool moreBody, CancellationToken cancellationToken)
    {
        if (request.IsAborted || IsComplete)
        {
            return;
        }

        IsEnding |= !moreBody && !_trailersFollow;
        _isCommitted = true;
        var own = cancellationToken.CanBeCanceled && cancellationToken != request.AbortedToken;
        using var either = own ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, request.AbortedToken) : null;
        var token = either?.Token ?? (moreBody || part.Length > LargePart ? request.AbortedToken : CancellationToken.None);
        try
        {
            await outlet.SendAsync(part, moreBody, token).ConfigureAwait(false);
            IsComplete |= !moreBody && !_trailersFollow;
        }
        catch (ClientDisconnectedException)
        {
            request.ClientLeft();
        }
        catch (OperationCanceledException) when (own && cancellationToken.IsCancellationRequested && !request.IsAborted)
        {
            // What the bridge has taken of it nobody knows: as on Kestrel, a write that is given up costs the connection.
            request.Abort();
            cancellationToken.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException)
        {
            request.ClientLeft();
        }
    }

    /// <summary>
    /// Whether the announced length has been written. The last part is then also the last event, unless trailers follow or
    /// the body of the request may still be wanted, which ends with the response.
    /// </summary>
    private bool IsWhole => _announced == _written && !_trailersFollow && request.IsBodyDone;

    private void Count(int bytes)
    {
        if (bytes == 0 || isHead)
        {
            return;
        }

        if (!StatusHasBody)
        {
            throw new InvalidOperationException($"Writing to the response body is invalid for responses with status code {_status}.");
        }

        var announced = HasStarted ? _announced : _headers.ContentLength;
        if (_written + bytes > announced)
        {
            throw new InvalidOperationException(
                $"Response Content-Length mismatch: too many bytes written ({_written + bytes} of {announced}).");
        }

        _written += bytes;
    }

    private void ThrowIfShort()
    {
        var announced = HasStarted ? _announced : _headers.ContentLength;
        if (!isHead && StatusHasBody && _written < announced && !request.IsAborted)
        {
            throw new InvalidOperationException(
                $"Response Content-Length mismatch: too few bytes written ({_written} of {announced}).");
        }
    }

    private void ThrowIfEnded()
    {
        if (request.IsUpgraded)
        {
            throw new InvalidOperationException("Cannot write to response body after connection has been upgraded.");
        }

        if (_writerCompleted || _isCompleting)
        {
            throw new InvalidOperationException("Writing is not allowed after writer was completed.");
        }

        ObjectDisposedException.ThrowIf(request.IsOver, this);
    }
}
