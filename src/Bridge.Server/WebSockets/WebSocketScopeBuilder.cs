using Asgiref.Core.Scopes;
using Bridge.Server.Http;

namespace Bridge.Server.WebSockets;

/// <summary>Makes the scope of a WebSocket handshake.</summary>
internal static class WebSocketScopeBuilder
{
    public static WebSocketScope Build(HttpContext context, in AdmittedRequest admitted)
    {
        var facts = admitted.Facts;
        return new WebSocketScope
        {
            Asgi = ConnectionFacts.Versions,
            HttpVersion = facts.IsHttp2 ? "2" : "1.1",
            Scheme = facts.IsSecure ? "wss" : "ws",
            Path = admitted.Target.Path,
            RawPath = admitted.Target.RawPath,
            QueryString = admitted.Target.QueryString,
            RootPath = admitted.RootPath,
            Headers = admitted.Headers,
            Client = facts.Client,
            Server = facts.Server,
            Subprotocols = [.. context.WebSockets.WebSocketRequestedProtocols],
            Extensions = OfferedExtensions.Of(context, facts.IsHttp2).Socket,
        };
    }
}
