using Asgiref.Core.Events;
using Asgiref.Core.Values;
using Bridge.Server.Endpoints;
using Microsoft.AspNetCore.Connections.Features;

namespace Bridge.Server.Http;

/// <summary>
/// The extensions that a connection can serve: a scope lists those and no others (CORE-30). Made once a connection.
/// Immutable.
/// </summary>
/// <param name="Request">Those of an HTTP request.</param>
/// <param name="Socket">Those of a WebSocket.</param>
internal sealed record OfferedExtensions(AsgiValueMap Request, AsgiValueMap Socket)
{
    private static readonly AsgiValue NoDetails = new AsgiValue.MapValue(AsgiValueMap.Empty);

    private static readonly OfferedExtensions Http1 = new(
        AsgiValueMap.Empty.With(HttpResponsePathSendEvent.TypeName, NoDetails),
        AsgiValueMap.Empty.With("websocket.http.response", NoDetails));

    /// <summary>Only HTTP/2 has trailers that clients can be relied on to read (EXT-32).</summary>
    private static readonly OfferedExtensions Http2 = Http1 with
    {
        Request = Http1.Request.With(HttpResponseTrailersEvent.TypeName, NoDetails),
    };

    public static OfferedExtensions Of(HttpContext context, bool isHttp2)
    {
        var plain = isHttp2 ? Http2 : Http1;
        if (context.Features.Get<TlsHandshake>() is not { } handshake || context.Features.Get<ITlsHandshakeFeature>() is not { } platform)
        {
            return plain;
        }

        // Two requests of a connection may both make it; one stays.
        return (OfferedExtensions)(handshake.Made ??= plain.With("tls", TlsInformation.Of(context.Features, platform, handshake)));
    }

    private OfferedExtensions With(string name, AsgiValueMap details)
    {
        var value = new AsgiValue.MapValue(details);
        return new OfferedExtensions(Request.With(name, value), Socket.With(name, value));
    }
}
