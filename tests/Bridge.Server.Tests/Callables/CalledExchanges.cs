using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Server.Tests.Callables;

/// <summary>What a callee does with an exchange.</summary>
internal static class CalledExchanges
{
    public static string Argument(this Exchange call) => CallHead.Parser.ParseFrom(call.Head.Span).Argument.Data.ToStringUtf8();

    public static Task SendAsync(this Exchange call, CallEvent message) =>
        call.SendAsync(PayloadKind.Event, message.ToByteArray(), more: false).AsTask().WithDeadline();

    public static CallEvent Result(string text) =>
        new() { Result = new CallPayload { ContentType = "text/plain", Data = ByteString.CopyFromUtf8(text) } };

    public static CallEvent Item(string text) =>
        new() { Item = new CallPayload { ContentType = "text/plain", Data = ByteString.CopyFromUtf8(text) } };

    public static CallEvent Error(CallErrorKind kind, string message) => new() { Error = new CallError { Kind = kind, Message = message } };

    /// <summary>Takes the call and returns.</summary>
    public static async Task ReturnAsync(this Exchange call, string text = "done")
    {
        Assert.True(call.Accept());
        await call.SendAsync(Result(text));
        call.End(EndedKind.Finished);
    }
}
