using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Asgiref.Core.Callables.Transport;

namespace Asgiref.Core.Callables.Payloads;

/// <summary>Any value as JSON.</summary>
internal sealed class JsonCodec<T>(JsonSerializerOptions options) : PayloadCodec<T>
{
    private JsonTypeInfo<T>? _type;

    public override string ContentType => "application/json";

    // Looked up with the first value: a type that can't be JSON is that value's error.
    private JsonTypeInfo<T> Type => _type ??= (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));

    public override CallPayload Write(T value) => new(ContentType, JsonSerializer.SerializeToUtf8Bytes(value, Type));

    public override T Read(CallPayload payload) => JsonSerializer.Deserialize(payload.Data.Span, Type)!;
}
