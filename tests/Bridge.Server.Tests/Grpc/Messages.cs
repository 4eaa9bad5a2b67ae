using System.Text;
using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Server.Tests.Grpc;

/// <summary>The messages that a driver with generated stubs would write.</summary>
internal static class Messages
{
    public static RunRequest HttpStart(string application = "app", string method = "POST") => new()
    {
        Start = new()
        {
            Application = application,
            Scope = new Scope
            {
                Asgi = new() { Version = "3.0", SpecVersion = "2.5" },
                Http = new() { HttpVersion = "1.1", Method = method, Path = "/" },
            },
        },
    };

    public static RunRequest WebSocketStart(string application = "app") => new()
    {
        Start = new() { Application = application, Scope = new Scope { Websocket = new() { Path = "/" } } },
    };

    public static RunRequest CustomStart(string application = "app") => new()
    {
        Start = new() { Application = application, Scope = new Scope { Custom = new() { Type = "chat" } } },
    };

    public static RunRequest Body(string text, bool more = false) => Body(Encoding.UTF8.GetBytes(text), more);

    public static RunRequest Body(byte[] bytes, bool more = false) =>
        new() { Event = new() { HttpRequest = new() { Body = ByteString.CopyFrom(bytes), MoreBody = more } } };

    public static RunRequest HttpDisconnect() => new() { Event = new() { HttpDisconnect = new() } };

    public static RunRequest WebSocketConnect() => new() { Event = new() { WebsocketConnect = new() } };

    public static RunRequest WebSocketText(string text) => new() { Event = new() { WebsocketReceive = new() { Text = text } } };

    public static RunRequest Custom(string type) => new() { Event = new() { Custom = new() { Type = type } } };
}
