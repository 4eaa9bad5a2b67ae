using Asgiref.Core.Headers;
using Bridge.Server.Http;

namespace Bridge.Server.WebSockets;

/// <summary>Puts the fields of an accept on the handshake response.</summary>
internal static class AcceptHeaders
{
    /// <summary>Every field in order (WS-25) except those by which the handshake itself is negotiated, which are the front's.</summary>
    public static void Apply(IHeaderDictionary to, AsgiHeaders headers)
    {
        var kept = new List<AsgiHeader>(headers.Count);
        foreach (ref readonly var header in headers.AsSpan())
        {
            if (!header.Name.Span.StartsWith("sec-websocket-"u8) && !header.IsNamed("content-length"u8))
            {
                kept.Add(header);
            }
        }

        ResponseHeaders.Apply(to, AsgiHeaders.Wrap([.. kept]), isHttp1: false, keepsLength: false);
    }
}
