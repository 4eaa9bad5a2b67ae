using Asgiref.Core.Scopes;

namespace Bridge.Server.Http;

/// <summary>Makes the scope of an HTTP request.</summary>
internal static class HttpScopeBuilder
{
    public static HttpScope Build(HttpContext context, in AdmittedRequest admitted)
    {
        var facts = admitted.Facts;
        return new HttpScope
        {
            Asgi = ConnectionFacts.Versions,
            HttpVersion = facts.IsHttp2 ? "2" : HttpProtocol.IsHttp10(context.Request.Protocol) ? "1.0" : "1.1",
            Method = UpperCase(context.Request.Method),
            Scheme = facts.IsSecure ? "https" : "http",
            Path = admitted.Target.Path,
            RawPath = admitted.Target.RawPath,
            QueryString = admitted.Target.QueryString,
            RootPath = admitted.RootPath,
            Headers = admitted.Headers,
            Client = facts.Client,
            Server = facts.Server,
            Extensions = OfferedExtensions.Of(context, facts.IsHttp2).Request,
        };
    }

    /// <summary>Known methods come back as shared constants in upper case.</summary>
    private static string UpperCase(string method) => HttpMethods.GetCanonicalizedValue(method).ToUpperInvariant();
}
