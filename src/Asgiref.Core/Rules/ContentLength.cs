using System.Buffers.Text;
using Asgiref.Core.Headers;

namespace Asgiref.Core.Rules;

/// <summary>Reads the length that a response head announces. Allocates nothing: it runs for every response.</summary>
internal static class ContentLength
{
    /// <summary>The result when no field announces a length.</summary>
    public const long Absent = -1;

    /// <exception cref="InvalidAsgiEventException">Not a number of bytes, or fields that contradict each other.</exception>
    public static long Read(string eventType, AsgiHeaders headers)
    {
        var length = Absent;
        foreach (ref readonly var field in headers.AsSpan())
        {
            if (!field.IsNamed("content-length"u8))
            {
                continue;
            }

            var next = Parse(field.Value.Span.Trim(" \t"u8));
            if (next == Absent)
            {
                throw new InvalidAsgiEventException(
                    eventType,
                    $"content-length is a number of bytes in decimal digits; \"{HeaderRules.Quote(field.Value.Span)}\" is not.");
            }

            if (length != Absent && length != next)
            {
                throw new InvalidAsgiEventException(
                    eventType,
                    $"two content-length fields contradict each other: {length} and {next}.");
            }

            length = next;
        }

        return length;
    }

    private static long Parse(ReadOnlySpan<byte> digits) =>
        !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')
        && Utf8Parser.TryParse(digits, out long value, out var consumed)
        && consumed == digits.Length
            ? value
            : Absent;
}
