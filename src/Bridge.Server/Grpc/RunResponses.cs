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
/// <param name="stream">The call's response stream.</param>
/// <param name="options">The limits.</param>
/// <param name="metrics">Counts the limits that were reached.</param>
/// <param name="disconnected">Ends every wait.</param>
internal sealed class RunResponses(
    IServerStreamWriter<V1.RunResponse> stream, GrpcOptions options, BridgeMetrics metrics, CancellationToken disconnected)
{
    private Task _write = Task.CompletedTask;

    /// <summary>Writes one event.</summary>
    /// <param name="message">The event.</param>
    /// <param name="withoutBody">Whether its body stays behind.</param>
    /// <param name="cancellationToken">Gives up the wait. What is already with the transport goes out all the same.</param>
    /// <exception cref="InvalidAsgiEventException">The event cannot cross.</exception>
    public async ValueTask SendAsync(AsgiEvent message, bool withoutBody, CancellationToken cancellationToken)
    {
        await WrittenAsync(cancellationToken);
        if (withoutBody)
        {
            message = WithBody(message, null);
        }

        var body = BodyOf(message);
        if (body.Length > GrpcOptions.BodyPartBytes)
        {
            for (; body.Length > GrpcOptions.BodyPartBytes; body = body[GrpcOptions.BodyPartBytes..])
            {
                Write(EarlierPart(message, body[..GrpcOptions.BodyPartBytes]));
                await WrittenAsync(cancellationToken);
            }

            message = WithBody(message, body);
        }

        Write(message);
        await WrittenAsync(cancellationToken);
    }

    /// <summary>Waits for a write that its caller has given up.</summary>
    public async Task CloseAsync() => await _write.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

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

    /// <summary>Hands the message over. The stream copies it before it returns, so the event's memory is free again.</summary>
    private void Write(AsgiEvent message) => _write = stream.WriteAsync(Encode(message), CancellationToken.None);

    private ValueTask WrittenAsync(CancellationToken cancellationToken)
    {
        return _write.IsCompletedSuccessfully ? ValueTask.CompletedTask : WaitAsync();

        async ValueTask WaitAsync()
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, disconnected);
            await _write.WaitAsync(either.Token);
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
