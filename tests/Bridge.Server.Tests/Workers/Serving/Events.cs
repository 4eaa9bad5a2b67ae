using System.Text;
using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Server.Tests.Workers.Serving;

/// <summary>The events that an application with generated stubs would write.</summary>
internal static class Events
{
    public static SendEvent Head(int status = 200) => new() { HttpResponseStart = new() { Status = (uint)status } };

    public static SendEvent Body(string text, bool more = false) => Body(Encoding.UTF8.GetBytes(text), more);

    public static SendEvent Body(byte[] bytes, bool more = false) =>
        new() { HttpResponseBody = new() { Body = ByteString.CopyFrom(bytes), MoreBody = more } };

    public static SendEvent Accept() => new() { WebsocketAccept = new() };

    public static SendEvent Text(string text) => new() { WebsocketSend = new() { Text = text } };
}
