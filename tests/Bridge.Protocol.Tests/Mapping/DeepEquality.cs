using System.Collections;
using System.Reflection;
using Asgiref.Core.Headers;
using Asgiref.Core.Values;

namespace Bridge.Protocol.Tests.Mapping;

/// <summary>Compares two model objects property by property, bytes by content, and names the first difference.</summary>
internal static class DeepEquality
{
    public static void AssertSame(object? expected, object? actual, string path = "$")
    {
        switch (expected, actual)
        {
            case (null, null):
                return;
            case (null, _) or (_, null):
                Assert.Fail($"{path}: {expected ?? "absent"} became {actual ?? "absent"}");
                return;
            case (ReadOnlyMemory<byte> bytes, ReadOnlyMemory<byte> others):
                Assert.True(bytes.Span.SequenceEqual(others.Span), path);
                return;
            case (string or int or long or bool or AsgiHeaders or AsgiValueMap or AsgiValue, _):
                Assert.True(expected.Equals(actual), $"{path}: {expected} became {actual}");
                return;
            case (IList list, IList other):
                Assert.Equal(list.Count, other.Count);
                for (var i = 0; i < list.Count; i++)
                {
                    AssertSame(list[i], other[i], $"{path}[{i}]");
                }

                return;
        }

        Assert.Equal(expected.GetType(), actual.GetType());
        foreach (var property in expected.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            AssertSame(property.GetValue(expected), property.GetValue(actual), $"{path}.{property.Name}");
        }
    }
}
