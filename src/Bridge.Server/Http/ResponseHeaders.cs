using System.Globalization;
using System.Text;
using Asgiref.Core.Headers;

namespace Bridge.Server.Http;

/// <summary>Puts an application's header fields on the platform's response.</summary>
internal static class ResponseHeaders
{
    /// <summary>
    /// Every field in order, repeats included (HTTP-36, HTTP-06), except those that speak about the connection, which is
    /// the front's (HTTP-40). The rules have checked names, values and lengths already.
    /// </summary>
    /// <remarks>Without <paramref name="keepsLength"/> no content-length goes out: a 204 and a 205 have none.</remarks>
    public static void Apply(IHeaderDictionary to, AsgiHeaders headers, bool isHttp1, bool keepsLength)
    {
        foreach (ref readonly var header in headers.AsSpan())
        {
            var name = HeaderNames.TextOf(header.Name.Span);
            var value = Encoding.Latin1.GetString(header.Value.Span);
            switch (name.Length)
            {
                case 2 when Is(name, "TE"):
                case 7 when Is(name, "Upgrade"):
                case 10 when Is(name, "Keep-Alive"):
                case 16 when Is(name, "Proxy-Connection"):
                case 17 when Is(name, "Transfer-Encoding"):
                    break;
                case 10 when Is(name, "Connection"):
                    if (isHttp1 && value.Trim().Equals("close", StringComparison.OrdinalIgnoreCase))
                    {
                        to.Connection = "close";
                    }

                    break;
                case 14 when Is(name, "Content-Length"):
                    to.ContentLength = keepsLength ? long.Parse(value.AsSpan().Trim(), CultureInfo.InvariantCulture) : null;
                    break;
                default:
                    to.Append(name, value);
                    break;
            }
        }
    }

    public static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
