using System.Buffers;
using System.Text;
using Asgiref.Core.Headers;

namespace Asgiref.Core.Rules;

/// <summary>
/// What a field must be to go on the wire (RFC 9110 section 5). Upper-case names pass: servers lower them, and an
/// application should not fail for it (HTTP-36, GAP-02).
/// </summary>
internal static class HeaderRules
{
    private const int QuotedBytes = 64;

    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    // Every control character except the tab: CR, LF and NUL split messages, the others are invalid as well.
    private static readonly SearchValues<byte> ForbiddenInValues = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Where(value => value != '\t').Append(0x7f).Select(value => (byte)value)]);

    public static void Check(string eventType, AsgiHeaders headers)
    {
        var fields = headers.AsSpan();
        for (var i = 0; i < fields.Length; i++)
        {
            var name = fields[i].Name.Span;
            if (name.IsEmpty || name.ContainsAnyExcept(TokenBytes))
            {
                throw new InvalidAsgiEventException(eventType, DescribeName(i, name));
            }

            if (fields[i].Value.Span.ContainsAny(ForbiddenInValues))
            {
                throw new InvalidAsgiEventException(
                    eventType,
                    $"the value of header {i} (\"{Quote(name)}\") holds a control character: \"{Quote(fields[i].Value.Span)}\".");
            }
        }
    }

    public static bool IsFieldValue(ReadOnlySpan<byte> value) => !value.ContainsAny(ForbiddenInValues);

    /// <summary>Bytes as text that is safe in a log: short, one line, no control characters.</summary>
    public static string Quote(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var value in bytes[..Math.Min(bytes.Length, QuotedBytes)])
        {
            _ = value is >= 0x20 and < 0x7f ? text.Append((char)value) : text.Append($"\\x{value:x2}");
        }

        return bytes.Length > QuotedBytes ? text.Append('…').ToString() : text.ToString();
    }

    private static string DescribeName(int index, ReadOnlySpan<byte> name) => name switch
    {
        [] => $"header {index} has no name.",
        [(byte)':', ..] => $"header {index} (\"{Quote(name)}\") is a pseudo header, which only a server sets (HTTP-37).",
        _ => $"the name of header {index} (\"{Quote(name)}\") holds a character that no field name may have.",
    };
}
