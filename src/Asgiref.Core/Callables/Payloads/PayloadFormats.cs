using System.Text.Json;

namespace Asgiref.Core.Callables.Payloads;

/// <summary>Finds the codec of a type: nothing, bytes, the added formats in the order they came, and JSON for the rest. Safe for concurrent use.</summary>
internal sealed class PayloadFormats
{
    private readonly JsonSerializerOptions _json;
    private IPayloadFormat[] _added = [];

    public PayloadFormats(JsonSerializerOptions json)
    {
        json.MakeReadOnly(populateMissingResolver: true);
        _json = json;
    }

    /// <summary>Adds a format, for codecs that are asked for from now on.</summary>
    public void Add(IPayloadFormat format)
    {
        IPayloadFormat[] before;
        do
        {
            before = _added;
        }
        while (Interlocked.CompareExchange(ref _added, [.. before, format], before) != before);
    }

    public PayloadCodec<T> Find<T>() =>
        (PayloadCodec<T>?)FindBuiltIn(typeof(T)) ??
        Volatile.Read(ref _added).Select(static format => format.Find<T>()).FirstOrDefault(static codec => codec is not null) ??
        new JsonCodec<T>(_json);

    private static object? FindBuiltIn(Type type)
    {
        if (type == typeof(NoValue))
        {
            return new NoValueCodec();
        }

        if (type == typeof(byte[]))
        {
            return new ArrayCodec();
        }

        return type == typeof(ReadOnlyMemory<byte>) ? new MemoryCodec() : null;
    }
}
