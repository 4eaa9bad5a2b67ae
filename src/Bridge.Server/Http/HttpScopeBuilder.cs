using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;
using Asgiref.Core.Values;
using Bridge.Server.Endpoints;
using Microsoft.AspNetCore.Http.Features;

namespace Bridge.Server.Http;

/// <summary>Makes the scope of a request. Safe for concurrent use.</summary>
internal sealed class HttpScopeBuilder(TrustedProxies trusted, ForwardedHeaderStyle style)
{
    /// <summary>
    /// The specification version that the front does in full: 2.4 has <c>send</c> raise after a disconnect (VER-05);
    /// 2.5 is about WebSockets, which are not served yet (docs/decisions/http-on-kestrel.md).
    /// </summary>
    private static readonly AsgiVersions Versions = new(AsgiVersions.Current, "2.4");

    private static readonly AsgiValueMap WithTrailers =
        AsgiValueMap.Empty.With(HttpResponseTrailersEvent.TypeName, new AsgiValue.MapValue(AsgiValueMap.Empty));

    public HttpScope Build(HttpContext context, RouteTable.Entry route, RequestTarget target, AsgiHeaders headers)
    {
        var request = context.Request;
        var ends = context.Features.GetRequiredFeature<ConnectionAddresses>();
        var hop = !trusted.IsEmpty && trusted.Trusts(context.Connection.RemoteIpAddress)
            ? ForwardedHop.Read(request.Headers, style, trusted)
            : default;
        var isHttp2 = HttpProtocol.IsHttp2(request.Protocol);
        return new HttpScope
        {
            Asgi = Versions,
            HttpVersion = isHttp2 ? "2" : HttpProtocol.IsHttp10(request.Protocol) ? "1.0" : "1.1",
            Method = UpperCase(request.Method),
            Scheme = hop.Scheme ?? request.Scheme,
            Path = target.Path,
            RawPath = target.RawPath,
            QueryString = target.QueryString,
            RootPath = route.RootPath,
            Headers = headers,
            Client = hop.Client ?? ends.Client,
            Server = ends.Server,
            Extensions = isHttp2 ? WithTrailers : AsgiValueMap.Empty,
        };
    }

    /// <summary>Known methods come back as shared constants in upper case.</summary>
    private static string UpperCase(string method) => HttpMethods.GetCanonicalizedValue(method).ToUpperInvariant();
}
