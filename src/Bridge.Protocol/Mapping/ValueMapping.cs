using Asgiref.Core.Values;
using Google.Protobuf.Collections;

namespace Bridge.Protocol.Mapping;

/// <summary>Free-form values to messages and back (CORE-17, PB-05). Stateless and safe for concurrent use.</summary>
public static class ValueMapping
{
    /// <summary>
    /// How deep lists and maps may lie in each other: 32. With it a value nested in a scope's <c>extra</c> stays inside the
    /// 100 message levels that protobuf parsers accept by default.
    /// </summary>
    public const int MaxNesting = 32;

    /// <summary>Makes a message of a value; its bytes are not copied.</summary>
    /// <param name="value">The value.</param>
    /// <param name="field">How errors name the value.</param>
    /// <exception cref="InvalidMessageException">The nesting is too deep.</exception>
    public static V1.Value ToMessage(AsgiValue value, string field = "value") => ToMessage(value, new ValuePath(field), 0);

    /// <summary>Makes a value of a message; its bytes are not copied.</summary>
    /// <param name="message">The message.</param>
    /// <param name="field">How errors name the value.</param>
    /// <exception cref="InvalidMessageException">A kind is missing, a number is not finite, or the nesting is too deep.</exception>
    public static AsgiValue FromMessage(V1.Value message, string field = "value") => FromMessage(message, new ValuePath(field), 0);

    internal static void AddTo(MapField<string, V1.Value> entries, AsgiValueMap map, string field)
    {
        if (map.Count > 0)
        {
            AddTo(entries, map, field, 0);
        }
    }

    internal static AsgiValueMap FromMessage(MapField<string, V1.Value> entries, string field) =>
        entries.Count == 0 ? AsgiValueMap.Empty : FromMessage(entries, field, 0);

    private static V1.Value ToMessage(AsgiValue? value, ValuePath path, int depth) => value switch
    {
        AsgiValue.TextValue text => new V1.Value { TextValue = text.Value },
        AsgiValue.BytesValue bytes => new V1.Value { BytesValue = BytesMapping.ToMessage(bytes.Value) },
        AsgiValue.Int64Value number => new V1.Value { Int64Value = number.Value },
        AsgiValue.DoubleValue number => new V1.Value { DoubleValue = number.Value },
        AsgiValue.BoolValue flag => new V1.Value { BoolValue = flag.Value },
        AsgiValue.NullValue => new V1.Value { NullValue = new V1.NullValue() },
        AsgiValue.ListValue list => new V1.Value { ListValue = ToMessage(list, path.Join(), Deeper(depth, path)) },
        AsgiValue.MapValue map => new V1.Value { MapValue = ToMessage(map, path.Join(), Deeper(depth, path)) },
        _ => MappingChecks.Fail<V1.Value>(path.Join(), "the value is missing."),
    };

    private static V1.ListValue ToMessage(AsgiValue.ListValue list, string field, int depth)
    {
        var message = new V1.ListValue();
        foreach (var item in list.Items)
        {
            message.Items.Add(ToMessage(item, new ValuePath(field), depth));
        }

        return message;
    }

    private static V1.MapValue ToMessage(AsgiValue.MapValue map, string field, int depth)
    {
        var message = new V1.MapValue();
        AddTo(message.Entries, map.Entries, field, depth);
        return message;
    }

    private static void AddTo(MapField<string, V1.Value> entries, AsgiValueMap map, string field, int depth)
    {
        foreach (var (key, value) in map)
        {
            entries.Add(key, ToMessage(value, new ValuePath(field, key), depth));
        }
    }

    private static AsgiValue FromMessage(V1.Value message, ValuePath path, int depth) => message.KindCase switch
    {
        V1.Value.KindOneofCase.NullValue => AsgiValue.None,
        V1.Value.KindOneofCase.BoolValue => message.BoolValue,
        V1.Value.KindOneofCase.Int64Value => message.Int64Value,
        V1.Value.KindOneofCase.DoubleValue when double.IsFinite(message.DoubleValue) => message.DoubleValue,
        V1.Value.KindOneofCase.DoubleValue => MappingChecks.Fail<AsgiValue>(path.Join(), "the number is not finite."),
        V1.Value.KindOneofCase.TextValue => message.TextValue,
        V1.Value.KindOneofCase.BytesValue => new AsgiValue.BytesValue(BytesMapping.FromMessage(message.BytesValue)),
        V1.Value.KindOneofCase.ListValue => FromMessage(message.ListValue, path.Join(), Deeper(depth, path)),
        V1.Value.KindOneofCase.MapValue =>
            new AsgiValue.MapValue(FromMessage(message.MapValue.Entries, path.Join(), Deeper(depth, path))),
        _ => MappingChecks.Fail<AsgiValue>(path.Join(), "the value has no kind."),
    };

    private static AsgiValue.ListValue FromMessage(V1.ListValue list, string field, int depth)
    {
        var items = new AsgiValue[list.Items.Count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = FromMessage(list.Items[i], new ValuePath(field), depth);
        }

        return new AsgiValue.ListValue(items);
    }

    private static AsgiValueMap FromMessage(MapField<string, V1.Value> entries, string field, int depth)
    {
        var pairs = new KeyValuePair<string, AsgiValue>[entries.Count];
        var next = 0;
        foreach (var (key, value) in entries)
        {
            pairs[next++] = new(key, FromMessage(value, new ValuePath(field, key), depth));
        }

        return AsgiValueMap.Create(pairs);
    }

    private static int Deeper(int depth, ValuePath path) => depth < MaxNesting
        ? depth + 1
        : MappingChecks.Fail<int>(path.Join(), $"lists and maps lie more than {MaxNesting} levels deep in each other.");

    /// <summary>Where a value stands; put into words only for an error or one level further down.</summary>
    private readonly struct ValuePath(string field, string? key = null)
    {
        public string Join() => key is null ? field : $"{field}[{key}]";
    }
}
