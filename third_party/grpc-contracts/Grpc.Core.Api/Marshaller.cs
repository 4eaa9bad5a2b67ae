using Grpc.Core.Internal;

namespace Grpc.Core;

/// <summary>How one message type becomes bytes and back. Immutable.</summary>
/// <typeparam name="T">The message.</typeparam>
public class Marshaller<T>
{
    /// <summary>By arrays.</summary>
    public Marshaller(Func<T, byte[]> serializer, Func<byte[], T> deserializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        ArgumentNullException.ThrowIfNull(deserializer);
        Serializer = serializer;
        Deserializer = deserializer;
        ContextualSerializer = (message, context) => context.Complete(serializer(message));
        ContextualDeserializer = context => deserializer(context.PayloadAsNewBuffer());
    }

    /// <summary>By contexts, which need not copy.</summary>
    public Marshaller(Action<T, SerializationContext> serializer, Func<DeserializationContext, T> deserializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        ArgumentNullException.ThrowIfNull(deserializer);
        ContextualSerializer = serializer;
        ContextualDeserializer = deserializer;
        Serializer = message =>
        {
            var context = new ArraySerializationContext();
            serializer(message, context);
            return context.Payload;
        };
        Deserializer = payload => deserializer(new ArrayDeserializationContext(payload));
    }

    /// <summary>To an array.</summary>
    public Func<T, byte[]> Serializer { get; }

    /// <summary>From an array.</summary>
    public Func<byte[], T> Deserializer { get; }

    /// <summary>To a context.</summary>
    public Action<T, SerializationContext> ContextualSerializer { get; }

    /// <summary>From a context.</summary>
    public Func<DeserializationContext, T> ContextualDeserializer { get; }
}
