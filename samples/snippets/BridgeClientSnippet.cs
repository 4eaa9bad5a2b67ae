using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Bridge.Client;

namespace Snippets;

public static class BridgeClientSnippet
{
    public static async Task<string?> EchoAsync(string text, string bridge = "http://localhost:50051")
    {
        using var client = new BridgeClient(bridge);
        await using var run = await client.RunAsync("echo", new WebSocketScope { Path = "/" });
        await run.SendAsync(WebSocketConnectEvent.Instance);
        await run.ReceiveAsync();                                         // websocket.accept
        await run.SendAsync(new WebSocketReceiveEvent { Text = text });
        return ((WebSocketSendEvent)(await run.ReceiveAsync())!).Text;
    }
}
