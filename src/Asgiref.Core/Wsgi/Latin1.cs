using System.Text;

namespace Asgiref.Core.Wsgi;

/// <summary>WSGI's "bytes in a string": text whose characters are all below U+0100 and stand for one byte each (PEP-29).</summary>
internal static class Latin1
{
    public static bool Is(string text) => !text.AsSpan().ContainsAnyExceptInRange('\0', '\u00ff');

    /// <summary>The UTF-8 bytes of decoded text, one character each (WSGI-12, W2A-14).</summary>
    public static string FromUnicode(string text) =>
        Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
