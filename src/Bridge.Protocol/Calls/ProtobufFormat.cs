using Asgiref.Core.Callables.Payloads;
using Google.Protobuf;

namespace Bridge.Protocol.Calls;

/// <summary>Protobuf messages as themselves: <c>application/protobuf; type=full.name</c>.</summary>
internal sealed class ProtobufFormat : IPayloadFormat
{
    public PayloadCodec<T>? Find<T>() => typeof(IMessage).IsAssignableFrom(typeof(T)) && HasParser(typeof(T))
        ? (PayloadCodec<T>)Activator.CreateInstance(typeof(ProtobufCodec<>).MakeGenericType(typeof(T)))!
        : null;

    private static bool HasParser(Type type) =>
        type is { IsClass: true, IsAbstract: false } && type.GetConstructor(Type.EmptyTypes) is not null
        && typeof(IMessage<>).MakeGenericType(type).IsAssignableFrom(type);
}
