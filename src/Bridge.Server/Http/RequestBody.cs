using System.Buffers;
using System.IO.Pipelines;
using Asgiref.Core.Events;
using Bridge.Server.Metrics;
using Microsoft.AspNetCore.Http.Features;

namespace Bridge.Server.Http;

/// <summary>
/// The receiving side of one request: body parts, read from the client only when asked for, then the disconnect.
/// One reader at a time; <see cref="Close"/> may be called at any time from anywhere.
/// </summary>
internal sealed class RequestBody
{
    /// <summary>Small enough to stay off the large object heap, large enough that the cost of an event does not matter.</summary>
    private const int MaxPart = 64 * 1024;

    private static readonly HttpRequestEvent Empty = new() { Body = ReadOnlyMemory<byte>.Empty, MoreBody = false };

    private readonly PipeReader _reader;
    private readonly long _limit;
    private readonly ResponseStartWatch _watch;
    private readonly BridgeMetrics _metrics;
    private readonly ReceiveGate _gate;
    private long _received;

    public RequestBody(HttpContext context, ResponseStartWatch watch, long? limit, BridgeMetrics metrics)
    {
        _reader = context.Request.BodyReader;
        _gate = new ReceiveGate(_reader);
        _watch = watch;
        _limit = limit ?? long.MaxValue;
        _metrics = metrics;
        HasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;
    }

    public bool HasBody { get; }

    /// <summary>Whether the application has received the whole body.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether any of the body was asked for; until then a client that expects "100 Continue" sends none.</summary>
    public bool WasRead { get; private set; }

    /// <summary>The status that answers a body which could not be received; 0 while all is well.</summary>
    public int FailureStatus { get; private set; }

    /// <summary>Whether the application waits for the client, not the client for the application.</summary>
    public bool IsWaitingForClient => _gate.IsReading;

    /// <returns>The next event, or null when the body has just failed: the client counts as gone.</returns>
    public ValueTask<AsgiEvent?> ReceiveAsync(CancellationToken cancellationToken)
    {
        if (IsComplete)
        {
            return AwaitCloseAsync(cancellationToken);
        }

        if (!HasBody)
        {
            IsComplete = true;
            _watch.Touch();
            return ValueTask.FromResult<AsgiEvent?>(_gate.IsClosed ? HttpDisconnectEvent.Instance : Empty);
        }

        return ReadAsync(cancellationToken);
    }

    /// <summary>The response is complete or the client has gone: from here on there is only the disconnect event.</summary>
    public void Close() => _gate.Close();

    private async ValueTask<AsgiEvent?> ReadAsync(CancellationToken cancellationToken)
    {
        WasRead = true;
        try
        {
            while (_gate.TryBeginRead())
            {
                var result = await ReadPartAsync(cancellationToken);
                if (_gate.IsClosed)
                {
                    // What arrived before the client went may be a truncated body: disconnect overtakes it (GAP-16).
                    _reader.AdvanceTo(result.Buffer.Start);
                    break;
                }

                if (Take(result) is { } part)
                {
                    return part;
                }

                if (FailureStatus != 0)
                {
                    return null;
                }

                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch (Exception broken) when (broken is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Lost, cut, or not HTTP; for some of it (NUL in a trailer) the platform has no error of its own. After an
            // abort every call of its reader throws, also the advance after a read that went well.
            FailureStatus = (broken as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest;
            return _gate.IsClosed ? HttpDisconnectEvent.Instance : null;
        }

        return HttpDisconnectEvent.Instance;
    }

    private async ValueTask<ReadResult> ReadPartAsync(CancellationToken cancellationToken)
    {
        try
        {
            // The platform's reader does not survive a token; cancelling the pending read loses nothing (GAP-14).
            var read = _reader.ReadAsync(CancellationToken.None);
            using var giveUp = read.IsCompleted ? default : cancellationToken.UnsafeRegister(static gate => ((ReceiveGate)gate!).CancelRead(), _gate);
            return await read;
        }
        finally
        {
            // Before the wait counts as over: in between, the client's time would pass for the application's.
            _watch.Touch();
            _gate.EndRead();
        }
    }

    /// <summary>Copies at most a part out of the platform's buffers; null when there is nothing to give.</summary>
    private HttpRequestEvent? Take(ReadResult result)
    {
        var buffer = result.Buffer;
        var part = buffer.Length > MaxPart ? buffer.Slice(0, MaxPart) : buffer;
        var length = (int)part.Length;
        var isLast = result.IsCompleted && length == buffer.Length;
        if (length == 0 && !isLast)
        {
            _reader.AdvanceTo(buffer.Start);
            return null;
        }

        _received += length;
        if (_received > _limit)
        {
            _reader.AdvanceTo(buffer.Start);
            _metrics.Reached(Limit.BodyBytes);
            FailureStatus = StatusCodes.Status413PayloadTooLarge;
            return null;
        }

        var bytes = length == 0 ? [] : GC.AllocateUninitializedArray<byte>(length);
        part.CopyTo(bytes);
        _reader.AdvanceTo(part.End);
        IsComplete = isLast;
        return new HttpRequestEvent { Body = bytes, MoreBody = !isLast };
    }

    private async ValueTask<AsgiEvent?> AwaitCloseAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitForCloseAsync(cancellationToken);
        return HttpDisconnectEvent.Instance;
    }
}
