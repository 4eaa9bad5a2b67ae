using System.Buffers;
using Bridge.Protocol.V1;
using Grpc.Core;

namespace Bridge.Protocol.Sessions.Wire;

/// <summary>
/// <c>SessionService.Open</c> for the session engine: the method of the generated stubs, but with batches that are written by
/// <see cref="FrameBatch"/> and read by <see cref="ReceivedBatch"/>.
/// </summary>
internal static class SessionMethods
{
    private static readonly Marshaller<WrittenBatch> Sent = Marshallers.Create<WrittenBatch>(
        static (batch, context) =>
        {
            context.SetPayloadLength(batch.Bytes.Length);
            context.GetBufferWriter().Write(batch.Bytes.Span);
            context.Complete();
        },
        static _ => throw new NotSupportedException("What is sent does not come."));

    private static readonly Marshaller<BatchMessage> Received = Marshallers.Create<BatchMessage>(
        static (_, _) => throw new NotSupportedException("What has come is not sent."),
        static context => new BatchMessage(context.PayloadAsReadOnlySequence()));

    /// <summary>The method as its client calls it.</summary>
    public static Method<WrittenBatch, BatchMessage> Client { get; } = Create(Sent, Received);

    /// <summary>The method as its server binds it.</summary>
    public static Method<BatchMessage, WrittenBatch> Server { get; } = Create(Received, Sent);

    private static Method<TRequest, TResponse> Create<TRequest, TResponse>(Marshaller<TRequest> requests, Marshaller<TResponse> responses)
        where TRequest : class
        where TResponse : class =>
        new(MethodType.DuplexStreaming, SessionService.Descriptor.FullName, nameof(SessionServiceBase.Open), requests, responses);
}
