using System.Text;

namespace Asgiref.Core.Values;

/// <summary>Text that has to cross a wire as UTF-8.</summary>
internal static class AsgiText
{
    /// <summary>Refuses text that has no UTF-8 form, such as Python's surrogateescape produces (PB-02).</summary>
    /// <exception cref="ArgumentException">The text holds half of a surrogate pair.</exception>
    public static void ThrowIfNotUnicode(string text, string parameter)
    {
        ArgumentNullException.ThrowIfNull(text, parameter);
        if (IndexOfLoneSurrogate(text) is >= 0 and var index)
        {
            throw new ArgumentException($"The text has half of a surrogate pair at index {index} and so no UTF-8 form.", parameter);
        }
    }

    /// <summary>Where the first half of a surrogate pair without its other half is; -1 if nowhere.</summary>
    public static int IndexOfLoneSurrogate(string text)
    {
        for (var i = text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff'); i >= 0 && i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
            {
                return i;
            }

            i++;
        }

        return -1;
    }

    /// <summary>Cuts text to a number of bytes of UTF-8, between two characters; what has no such form is replaced.</summary>
    public static string Cut(string text, int bytes)
    {
        if (IndexOfLoneSurrogate(text) >= 0)
        {
            text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        }

        if (text.Length * 3L <= bytes || Encoding.UTF8.GetByteCount(text) <= bytes)
        {
            return text;
        }

        Encoding.UTF8.GetEncoder().Convert(text, new byte[bytes], flush: false, out var chars, out _, out _);
        return char.IsHighSurrogate(text[chars - 1]) ? text[..(chars - 1)] : text[..chars];
    }
}
