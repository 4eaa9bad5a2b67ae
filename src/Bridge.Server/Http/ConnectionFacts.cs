using Asgiref.Core.Scopes;
using Bridge.Server.Endpoints;
using Microsoft.AspNetCore.Http.Features;

namespace Bridge.Server.Http;

/// <summary>What the scopes of a request share with no regard to its protocol, forwarded headers of trusted proxies applied.</summary>
/// <param name="IsHttp2">Whether the connection speaks HTTP/2.</param>
/// <param name="IsSecure">Whether the client's connection is encrypted, as far as is known.</param>
/// <param name="Client">The client; null when unknown.</param>
/// <param name="Server">Where the bridge listens.</param>
internal readonly record struct ConnectionFacts(bool IsHttp2, bool IsSecure, ClientAddress? Client, ServerAddress? Server)
{
    /// <summary>
    /// The specification version that the fronts do in full: 2.4 has <c>send</c> raise after a disconnect (VER-05), 2.5
    /// has the reason of a WebSocket's disconnect (VER-06).
    /// </summary>
    public static AsgiVersions Versions { get; } = new(AsgiVersions.Current, "2.5");

    public static ConnectionFacts Of(HttpContext context, TrustedProxies trusted, ForwardedHeaderStyle style)
    {
        var request = context.Request;
        var ends = context.Features.GetRequiredFeature<ConnectionAddresses>();
        var hop = !trusted.IsEmpty && trusted.Trusts(context.Connection.RemoteIpAddress)
            ? ForwardedHop.Read(request.Headers, style, trusted)
            : default;
        return new ConnectionFacts(
            HttpProtocol.IsHttp2(request.Protocol),
            hop.Scheme is { } scheme ? scheme == "https" : request.IsHttps,
            hop.Client ?? ends.Client,
            ends.Server);
    }
}
