using System.Buffers;

namespace Bridge.Server.Http;

/// <summary>
/// What a header field must be to come in (RFC 9110 sections 5.1 and 5.5). Kestrel lets control characters through, in
/// names and values; an application that reflects or logs one would fail for its client's fault.
/// </summary>
internal static class FieldSyntax
{
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly SearchValues<char> ControlCharacters = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Where(value => value != '\t').Append(0x7f).Select(value => (char)value)]);

    public static bool IsValid(IHeaderDictionary headers)
    {
        foreach (var (name, values) in headers)
        {
            if (name.AsSpan().ContainsAnyExcept(TokenCharacters))
            {
                return false;
            }

            foreach (var value in values)
            {
                if (value.AsSpan().ContainsAny(ControlCharacters))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
