namespace Asgiref.Core.Values;

/// <summary>Checks on text that has to cross a wire as UTF-8.</summary>
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
}
