using Bridge.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Bridge.Protocol.Sessions.Wire;

/// <summary>
/// <c>SessionService.Open</c> for the session engine: the method of the generated stubs, but with batches that are read by
/// <see cref="ReceivedBatch"/>.
/// </summary>
internal static class SessionMethods
{
    private static readonly Marshaller<BatchMessage> Received = Marshallers.Create<BatchMessage>(
        static (_, _) => throw new NotSupportedException("What has come is not sent."),
        static context => new BatchMessage(context.PayloadAsReadOnlySequence()));

    /// <summary>The method as its client calls it.</summary>
    public static Method<OpenRequest, BatchMessage> Client { get; } = Create(Sent<OpenRequest>(), Received);

    /// <summary>The method as its server binds it.</summary>
    public static Method<BatchMessage, OpenResponse> Server { get; } = Create(Received, Sent<OpenResponse>());

    private static Method<TRequest, TResponse> Create<TRequest, TResponse>(Marshaller<TRequest> requests, Marshaller<TResponse> responses)
        where TRequest : class
        where TResponse : class =>
        new(MethodType.DuplexStreaming, SessionService.Descriptor.FullName, nameof(SessionServiceBase.Open), requests, responses);

    private static Marshaller<T> Sent<T>()
        where T : class, IBufferMessage =>
        Marshallers.Create<T>(
            static (message, context) =>
            {
                context.SetPayloadLength(message.CalculateSize());
                message.WriteTo(context.GetBufferWriter());
                context.Complete();
            },
            static _ => throw new NotSupportedException("What is sent does not come."));
}
