using System.Text;

namespace Bridge.Protocol.Sessions;

/// <summary>Keeps the sentences in frames at their limit.</summary>
internal static class ReasonText
{
    /// <summary>The most that a sentence may have, in bytes of UTF-8.</summary>
    public const int MaxBytes = 4 * 1024;

    private const string Cut = "...";

    /// <summary>The sentence, or as much of it as may be sent with "..." at its end.</summary>
    public static string Limit(string reason)
    {
        if (reason.Length <= MaxBytes / 3 || Encoding.UTF8.GetByteCount(reason) <= MaxBytes)
        {
            return reason;
        }

        var bytes = 0;
        var length = 0;
        foreach (var rune in reason.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > MaxBytes - Cut.Length)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return string.Concat(reason.AsSpan(0, length), Cut);
    }
}
