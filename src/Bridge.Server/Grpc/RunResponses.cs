using System.IO.Pipelines;
using Asgiref.Core;
using Asgiref.Core.Events;
using Bridge.Protocol;
using Bridge.Protocol.Mapping;
using Bridge.Server.Metrics;
using Grpc.Core;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Grpc;

/// <summary>
/// Writes an application's events to its driver, one at a time; body parts in pieces, everything else whole up to
/// <see cref="GrpcOptions.MaxMessageBytes"/>. A write is over when the transport has taken it, so a driver that does not
/// read holds up the application.
/// </summary>
/// <remarks>
/// A response's head and its small last part are put into the transport's buffer and flushed a moment later, by whatever
/// comes first: the next write, the end of the call, or a work item of the thread pool. A whole small response so leaves in
/// one piece (HTTP-39), and none waits for anything the application does.
/// </remarks>
/// <param name="stream">The call's response stream.</param>
/// <param name="http">The call; what is below the stream, for flushes and for its end.</param>
/// <param name="options">The limits.</param>
/// <param name="metrics">Counts the limits that were reached.</param>
/// <param name="clock">Bounds the wait at the end.</param>
/// <param name="disconnected">Ends every wait.</param>
internal sealed class RunResponses(
    IServerStreamWriter<V1.RunResponse> stream,
    HttpContext http,
    GrpcOptions options,
    BridgeMetrics metrics,
    TimeProvider clock,
    CancellationToken disconnected) : IThreadPoolWorkItem
{
    /// <summary>How much may wait for a flush: a part of this size costs more to send than its flush.</summary>
    private const int MaxHeldBytes = 4096;

    private static readonly WriteOptions Hold = new(WriteFlags.BufferHint);

    /// <summary>Keeps the work item's flush and the writes apart: the transport takes one call at a time.</summary>
    private readonly Lock _gate = new();
    private readonly PipeWriter _transport = http.Response.BodyWriter;
    private Task _write = Task.CompletedTask;
    private bool _held;
    private bool _flushIsComing;
    private bool _closed;

    /// <summary>
    /// What is missing from the response, as a sentence: an event that the rules had taken and that was not handed over to
    /// the end, because its send was given up or failed. Null if nothing is missing.
    /// </summary>
    public string? Hole { get; private set; }

    /// <summary>Writes one event.</summary>
    /// <param name="message">The event.</param>
    /// <param name="withoutBody">Whether its body stays behind.</param>
    /// <param name="cancellationToken">Gives up the wait. What is already with the transport goes out all the same.</param>
    /// <exception cref="InvalidAsgiEventException">The event cannot cross, or would follow a hole.</exception>
    public async ValueTask SendAsync(AsgiEvent message, bool withoutBody, CancellationToken cancellationToken)
    {
        if (Hole is not null)
        {
            throw new InvalidAsgiEventException(message.Type, Hole);
        }

        if (withoutBody)
        {
            message = WithBody(message, null);
        }

        var body = BodyOf(message);
        var early = body.Length <= GrpcOptions.BodyPartBytes ? 0 : (body.Length - 1) / GrpcOptions.BodyPartBytes * GrpcOptions.BodyPartBytes;
        var last = early == 0 ? message : WithBody(message, body[early..]);

        // First of all: what cannot cross must raise before any part of it is on its way.
        var response = Encode(last);
        var whole = false;
        try
        {
            for (var sent = 0; sent < early; sent += GrpcOptions.BodyPartBytes)
            {
                await HandOverAsync(Encode(EarlierPart(message, body.Slice(sent, GrpcOptions.BodyPartBytes))), hold: false, cancellationToken);
                await WrittenAsync(cancellationToken);
            }

            await HandOverAsync(response, CanBeHeld(last), cancellationToken);
            whole = true;
        }
        finally
        {
            if (!whole && message is not (WebSocketSendEvent or CustomEvent))
            {
                Hole = $"An earlier send of {message.Type} ended before all of it was handed over, so the response has a hole.";
            }
        }

        await WrittenAsync(cancellationToken);
    }

    /// <summary>
    /// Waits for a write that its caller has given up; the end of the call flushes what is held. A driver that does not
    /// read gets <see cref="GrpcOptions.CloseTime"/>, then the call is reset.
    /// </summary>
    public async ValueTask CloseAsync()
    {
        Task write;
        lock (_gate)
        {
            _closed = true;
            write = _write;
        }

        if (!write.IsCompleted)
        {
            await write.WaitAsync(options.CloseTime, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!write.IsCompleted)
            {
                metrics.Reached(Limit.CallCloseTime);
                http.Abort();
            }
        }

        await write.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The flush of what is still held.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        lock (_gate)
        {
            _flushIsComing = false;
            if (_held && !_closed)
            {
                _held = false;
                _write = FlushAsync(_write);
            }
        }

        // A task of its own also for an error that comes at once: nobody could catch it here, but the next write meets it.
        async Task FlushAsync(Task write)
        {
            await write;
            await _transport.FlushAsync(CancellationToken.None);
        }
    }

    private static ReadOnlyMemory<byte> BodyOf(AsgiEvent message) => message switch
    {
        HttpResponseBodyEvent part => part.BodyOrDefault,
        WebSocketHttpResponseBodyEvent part => part.BodyOrDefault,
        _ => default,
    };

    private static AsgiEvent WithBody(AsgiEvent message, ReadOnlyMemory<byte>? body) => message switch
    {
        HttpResponseBodyEvent part => part with { Body = body },
        WebSocketHttpResponseBodyEvent part => part with { Body = body },
        _ => message,
    };

    /// <summary>A piece that others follow; the event's other keys go with the last one.</summary>
    private static AsgiEvent EarlierPart(AsgiEvent message, ReadOnlyMemory<byte> body) => message is HttpResponseBodyEvent
        ? new HttpResponseBodyEvent { Body = body, MoreBody = true }
        : new WebSocketHttpResponseBodyEvent { Body = body, MoreBody = true };

    private static bool CanBeHeld(AsgiEvent message) => message switch
    {
        HttpResponseStartEvent => true,
        HttpResponseBodyEvent { MoreBodyOrDefault: false } part => part.BodyOrDefault.Length <= MaxHeldBytes,
        _ => false,
    };

    private async ValueTask HandOverAsync(V1.RunResponse response, bool hold, CancellationToken cancellationToken)
    {
        while (!TryWrite(response, hold))
        {
            await WrittenAsync(cancellationToken);
        }
    }

    /// <summary>Hands the message over if nothing is under way. The transport copies it, so the event's memory is free again.</summary>
    private bool TryWrite(V1.RunResponse response, bool hold)
    {
        lock (_gate)
        {
            if (!_write.IsCompletedSuccessfully)
            {
                return false;
            }

            stream.WriteOptions = hold ? Hold : null;
            _write = stream.WriteAsync(response, CancellationToken.None);
            _held = hold;
            if (!hold || _flushIsComing)
            {
                return true;
            }

            _flushIsComing = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    private ValueTask WrittenAsync(CancellationToken cancellationToken)
    {
        var write = Volatile.Read(ref _write);
        return write.IsCompletedSuccessfully ? ValueTask.CompletedTask : WaitAsync();

        async ValueTask WaitAsync()
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, disconnected);
            await write.WaitAsync(either.Token);
        }
    }

    private V1.RunResponse Encode(AsgiEvent message)
    {
        V1.RunResponse response;
        try
        {
            response = new V1.RunResponse { Event = EventMapping.ToSendMessage(message) };
        }
        catch (InvalidMessageException invalid)
        {
            throw new InvalidAsgiEventException(message.Type, invalid.Message);
        }

        if ((BodyOf(message).IsEmpty || message.Extra.Count > 0) && response.CalculateSize() > options.MaxMessageBytes)
        {
            metrics.Reached(Limit.MessageBytes);
            throw new InvalidAsgiEventException(
                message.Type,
                $"its message is larger than {options.MaxMessageBytes} bytes ({GrpcOptions.Section}:{nameof(options.MaxMessageBytes)}).");
        }

        return response;
    }
}
