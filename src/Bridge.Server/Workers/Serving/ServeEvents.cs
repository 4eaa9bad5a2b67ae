using Asgiref.Core.Events;
using Bridge.Protocol.Mapping;
using Bridge.Server.Grpc;
using Bridge.Server.Metrics;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Workers.Serving;

/// <summary>Takes receive-events to a worker: body parts in pieces, everything else whole. Safe for concurrent use.</summary>
internal sealed class ServeEvents(ServeWriter<V1.ApplicationServiceServeResponse> writer, GrpcOptions options, BridgeMetrics metrics)
{
    /// <summary>What a message needs around its event or start, in bytes, at most.</summary>
    private const int Envelope = 64;

    /// <summary>Sends what the start of an instance has left in the transport's buffer.</summary>
    public Task FlushAsync() => writer.FlushAsync();

    /// <summary>Hands an event over without waiting for the transport; for the last one of an instance.</summary>
    public void Send(ulong number, AsgiEvent message) => _ = writer.WriteAsync(Make(number, message));

    /// <summary>Sends an event, and waits until the transport has taken it.</summary>
    /// <exception cref="TooLargeForWorkerException">It does not fit.</exception>
    /// <exception cref="OperationCanceledException">The wait was given up; what was handed over goes all the same.</exception>
    public async ValueTask SendAsync(ulong number, AsgiEvent message, CancellationToken cancellationToken)
    {
        if (message is HttpRequestEvent request)
        {
            var body = request.BodyOrDefault;
            while (body.Length > GrpcOptions.BodyPartBytes)
            {
                var part = new HttpRequestEvent { Body = body[..GrpcOptions.BodyPartBytes], MoreBody = true };
                await WriteAsync(Make(number, part), cancellationToken);
                body = body[GrpcOptions.BodyPartBytes..];
                message = request with { Body = body };
            }
        }

        var response = Make(number, message);
        Check(response.CalculateSize(), message.Type);
        await WriteAsync(response, cancellationToken);
    }

    /// <summary>Whether an instance can be started at all.</summary>
    /// <exception cref="TooLargeForWorkerException">Its scope does not fit.</exception>
    public void CheckSize(V1.ServeStart start) => Check(start.CalculateSize() + Envelope, "the scope");

    private void Check(int size, string what)
    {
        if (size > options.MaxMessageBytes)
        {
            metrics.Reached(Limit.MessageBytes);
            throw new TooLargeForWorkerException(
                $"The message of {what} is larger than {options.MaxMessageBytes} bytes ({GrpcOptions.Section}:{nameof(options.MaxMessageBytes)}).");
        }
    }

    private static V1.ApplicationServiceServeResponse Make(ulong number, AsgiEvent message) =>
        new() { Instance = number, Event = EventMapping.ToReceiveMessage(message) };

    private async ValueTask WriteAsync(V1.ApplicationServiceServeResponse response, CancellationToken cancellationToken)
    {
        var write = writer.WriteAsync(response);
        if (!write.IsCompleted)
        {
            await write.WaitAsync(cancellationToken);
        }
    }
}
