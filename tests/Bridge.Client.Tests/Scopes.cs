using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;

namespace Bridge.Client.Tests;

internal static class Scopes
{
    public static HttpScope Post { get; } = new()
    {
        HttpVersion = "1.1",
        Method = "POST",
        Path = "/",
        Headers = AsgiHeaders.Of(("host", "test")),
    };

    public static WebSocketScope WebSocket { get; } = new() { Path = "/" };

    public static CustomScope Chat { get; } = new("chat");
}
