using Asgiref.Core.Values;
using Google.Protobuf.Collections;

namespace Bridge.Protocol.Mapping;

/// <summary>Free-form values to messages and back (CORE-17, PB-05). Stateless and safe for concurrent use.</summary>
public static class ValueMapping
{
    /// <summary>
    /// How deep lists and maps may lie in each other, the outermost map of a scope or event counted: 32. With it a value in
    /// a scope's <c>extra</c> stays inside the 100 message levels that protobuf parsers accept by default.
    /// </summary>
    public const int MaxNesting = 32;

    /// <summary>Makes a message of a value; its bytes are not copied.</summary>
    /// <param name="value">The value.</param>
    /// <param name="field">How errors name the value.</param>
    /// <exception cref="InvalidMessageException">The nesting is too deep.</exception>
    public static V1.Value ToMessage(AsgiValue value, string field = "value") => ToMessage(value, new ValuePath(field));

    /// <summary>Makes a value of a message; its bytes are not copied.</summary>
    /// <param name="message">The message.</param>
    /// <param name="field">How errors name the value.</param>
    /// <exception cref="InvalidMessageException">A kind is missing, a number is not finite, or the nesting is too deep.</exception>
    public static AsgiValue FromMessage(V1.Value message, string field = "value") => FromMessage(message, new ValuePath(field));

    /// <summary>Makes a message of a map that is nearly always empty: then null, which costs no byte and no object.</summary>
    internal static V1.MapValue? ToMapMessage(AsgiValueMap map, string field) =>
        map.Count == 0 ? null : ToMessage(map, new ValuePath(field));

    internal static AsgiValueMap FromMessage(V1.MapValue? map, string field) =>
        map is null ? AsgiValueMap.Empty : FromMessage(map.Entries, field);

    internal static void AddTo(MapField<string, V1.Value> entries, AsgiValueMap map, string field)
    {
        if (map.Count > 0)
        {
            AddTo(entries, map, new ValuePath(field));
        }
    }

    internal static AsgiValueMap FromMessage(MapField<string, V1.Value> entries, string field) =>
        entries.Count == 0 ? AsgiValueMap.Empty : FromMessage(entries, new ValuePath(field));

    private static V1.Value ToMessage(AsgiValue? value, ValuePath path) => value switch
    {
        AsgiValue.TextValue text => new V1.Value { TextValue = text.Value },
        AsgiValue.BytesValue bytes => new V1.Value { BytesValue = BytesMapping.ToMessage(bytes.Value) },
        AsgiValue.Int64Value number => new V1.Value { Int64Value = number.Value },
        AsgiValue.DoubleValue number => new V1.Value { DoubleValue = number.Value },
        AsgiValue.BoolValue flag => new V1.Value { BoolValue = flag.Value },
        AsgiValue.NullValue => new V1.Value { NullValue = new V1.NullValue() },
        AsgiValue.ListValue list => new V1.Value { ListValue = ToMessage(list, path) },
        AsgiValue.MapValue map => new V1.Value { MapValue = ToMessage(map.Entries, path) },
        _ => path.Fail<V1.Value>("the value is missing."),
    };

    private static V1.ListValue ToMessage(AsgiValue.ListValue list, ValuePath path)
    {
        var message = new V1.ListValue();
        path.Enter();
        foreach (var item in list.Items)
        {
            message.Items.Add(ToMessage(item, path));
        }

        path.Leave();
        return message;
    }

    private static V1.MapValue ToMessage(AsgiValueMap map, ValuePath path)
    {
        var message = new V1.MapValue();
        AddTo(message.Entries, map, path);
        return message;
    }

    private static void AddTo(MapField<string, V1.Value> entries, AsgiValueMap map, ValuePath path)
    {
        path.Enter();
        foreach (var (key, value) in map)
        {
            path.Push(key);
            entries.Add(key, ToMessage(value, path));
            path.Pop();
        }

        path.Leave();
    }

    private static AsgiValue FromMessage(V1.Value message, ValuePath path) => message.KindCase switch
    {
        V1.Value.KindOneofCase.NullValue => AsgiValue.None,
        V1.Value.KindOneofCase.BoolValue => message.BoolValue,
        V1.Value.KindOneofCase.Int64Value => message.Int64Value,
        V1.Value.KindOneofCase.DoubleValue when double.IsFinite(message.DoubleValue) => message.DoubleValue,
        V1.Value.KindOneofCase.DoubleValue => path.Fail<AsgiValue>("the number is not finite."),
        V1.Value.KindOneofCase.TextValue => message.TextValue,
        V1.Value.KindOneofCase.BytesValue => new AsgiValue.BytesValue(BytesMapping.FromMessage(message.BytesValue)),
        V1.Value.KindOneofCase.ListValue => FromMessage(message.ListValue, path),
        V1.Value.KindOneofCase.MapValue => new AsgiValue.MapValue(FromMessage(message.MapValue.Entries, path)),
        _ => path.Fail<AsgiValue>("the value has no kind."),
    };

    private static AsgiValue.ListValue FromMessage(V1.ListValue list, ValuePath path)
    {
        var items = new AsgiValue[list.Items.Count];
        path.Enter();
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = FromMessage(list.Items[i], path);
        }

        path.Leave();
        return new AsgiValue.ListValue(items);
    }

    private static AsgiValueMap FromMessage(MapField<string, V1.Value> entries, ValuePath path)
    {
        var pairs = new KeyValuePair<string, AsgiValue>[entries.Count];
        var next = 0;
        path.Enter();
        foreach (var (key, value) in entries)
        {
            path.Push(key);
            pairs[next++] = new(key, FromMessage(value, path));
            path.Pop();
        }

        path.Leave();
        return AsgiValueMap.Create(pairs);
    }
}
