namespace Asgiref.Core.Values;

/// <summary>Checks on text that has to cross a wire as UTF-8.</summary>
internal static class AsgiText
{
    /// <summary>Refuses text that has no UTF-8 form, such as Python's surrogateescape produces (PB-02).</summary>
    /// <exception cref="ArgumentException">The text holds half of a surrogate pair.</exception>
    public static void ThrowIfNotUnicode(string text, string parameter)
    {
        ArgumentNullException.ThrowIfNull(text, parameter);
        for (var i = text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff'); i >= 0 && i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
            {
                throw new ArgumentException($"The text has half of a surrogate pair at index {i} and so no UTF-8 form.", parameter);
            }

            i++;
        }
    }
}
