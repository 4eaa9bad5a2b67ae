using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.ExceptionServices;
using Asgiref.Core.Events;
using Microsoft.AspNetCore.Http;

namespace Bridge.Client.AspNetCore.Requests;

/// <summary>
/// The request body as a pipe, over the bytes of the events themselves. One reader at a time;
/// <see cref="CancelPendingRead"/> may be called at any time from anywhere.
/// </summary>
internal sealed class RequestBodyReader(EventSource events, IHeaderDictionary headers, long? limit, bool isEmpty) : PipeReader
{
    private BodySegment? _first;
    private BodySegment? _last;
    private int _firstIndex;
    private long _received;
    private bool _hasUnexamined;
    private bool _readerCompleted;
    private bool _stopped;
    private Exception? _failure;
    private CancellationTokenSource? _cancelRead;
    private int _cancelRequested;

    /// <summary>Bytes that may come; null: any number.</summary>
    public long? Limit { get; set; } = limit;

    /// <summary>Whether anything was asked for.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether the last byte has come.</summary>
    public bool IsEnd { get; private set; } = isEmpty;

    /// <summary>The request is over: reading raises from here on, as on Kestrel.</summary>
    public void Stop() => _stopped = true;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        }

        return TryRead(out var result) ? ValueTask.FromResult(result) : WaitAsync(cancellationToken);
    }

    public override bool TryRead(out ReadResult result)
    {
        ObjectDisposedException.ThrowIf(_stopped, this);
        if (_readerCompleted)
        {
            throw new InvalidOperationException("Reading is not allowed after reader was completed.");
        }

        if (Interlocked.Exchange(ref _cancelRequested, 0) != 0)
        {
            result = new ReadResult(Buffered(), isCanceled: true, isCompleted: false);
            return true;
        }

        ThrowIfFailed();
        if (_hasUnexamined || IsEnd)
        {
            result = new ReadResult(Buffered(), isCanceled: false, IsEnd);
            return true;
        }

        result = default;
        return false;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_last is null)
        {
            return;
        }

        _hasUnexamined = examined.GetObject() is BodySegment seen && seen.RunningIndex + examined.GetInteger() < _last.End;
        if (consumed.GetObject() is not BodySegment left)
        {
            return;
        }

        _first = left;
        _firstIndex = consumed.GetInteger();
        while (_first is not null && _firstIndex == _first.Memory.Length)
        {
            _first = _first.Following;
            _firstIndex = 0;
        }

        if (_first is null)
        {
            _last = null;
        }
    }

    public override void CancelPendingRead()
    {
        Volatile.Write(ref _cancelRequested, 1);
        Volatile.Read(ref _cancelRead)?.Cancel();
    }

    public override void Complete(Exception? exception = null)
    {
        _readerCompleted = true;
        _first = _last = null;
    }

    private ReadOnlySequence<byte> Buffered() =>
        _first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_first, _firstIndex, _last!, _last!.Memory.Length);

    private async ValueTask<ReadResult> WaitAsync(CancellationToken cancellationToken)
    {
        Begin();
        while (true)
        {
            if (events.TryTake(out var message))
            {
                Take(message);
            }
            else
            {
                await WaitForEventAsync(cancellationToken).ConfigureAwait(false);
            }

            if (TryRead(out var result))
            {
                return result;
            }
        }
    }

    /// <summary>Ends when there is an event to take, or when <see cref="CancelPendingRead"/> was called.</summary>
    private async ValueTask WaitForEventAsync(CancellationToken cancellationToken)
    {
        var cancelRead = new CancellationTokenSource();
        Volatile.Write(ref _cancelRead, cancelRead);
        if (Volatile.Read(ref _cancelRequested) != 0)
        {
            return;
        }

        using var either = cancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, cancelRead.Token)
            : null;
        try
        {
            await events.PeekAsync((either ?? cancelRead).Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            Volatile.Write(ref _cancelRead, null);
        }
    }

    private void Begin()
    {
        if (!HasBegun)
        {
            HasBegun = true;
            if (headers.ContentLength > Limit)
            {
                Fail(TooLarge());
                ThrowIfFailed();
            }
        }
    }

    private void Take(AsgiEvent message)
    {
        if (message is not HttpRequestEvent part)
        {
            // What came before may be a truncated body; nobody may take it for a whole one (GAP-16).
            Fail(new BadHttpRequestException("Unexpected end of request content.", StatusCodes.Status400BadRequest));
            return;
        }

        var bytes = part.BodyOrDefault;
        _received += bytes.Length;
        if (_received > Limit)
        {
            Fail(TooLarge());
            return;
        }

        if (!bytes.IsEmpty)
        {
            _last = new BodySegment(bytes, _last);
            if (_first is null)
            {
                _first = _last;
                _firstIndex = 0;
            }

            _hasUnexamined = true;
        }

        IsEnd = !part.MoreBodyOrDefault;
    }

    private BadHttpRequestException TooLarge() =>
        new($"Request body too large. The max request body size is {Limit} bytes.", StatusCodes.Status413PayloadTooLarge);

    private void Fail(Exception failure) => _failure ??= failure;

    private void ThrowIfFailed()
    {
        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }
    }
}
