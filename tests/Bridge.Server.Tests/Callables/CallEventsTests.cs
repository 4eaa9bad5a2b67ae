using Bridge.Protocol.V1;
using Bridge.Server.Callables;
using Google.Protobuf;

namespace Bridge.Server.Tests.Callables;

public class CallEventsTests
{
    private static readonly CallPayload Payload = new() { ContentType = "application/json", Data = ByteString.CopyFromUtf8("[1]") };
    private static readonly CallEvent Result = new() { Result = Payload, Context = new ContextChange { Removed = { "name" } } };

    [Fact]
    public void An_event_is_what_its_fields_say()
    {
        Assert.Equal("Item", KindOf(new CallEvent { Item = Payload }.ToByteArray()));
        Assert.Equal("Result", KindOf(Result.ToByteArray()));
        Assert.Equal("Error", KindOf(new CallEvent { Error = new CallError { Message = "No." } }.ToByteArray()));
        Assert.Equal("None", KindOf(new CallEvent { Context = new ContextChange() }.ToByteArray()));
        Assert.Equal("None", KindOf([]));
    }

    [Fact]
    public void The_order_of_fields_and_fields_of_a_newer_peer_change_nothing()
    {
        byte[] context = new CallEvent { Context = new ContextChange() }.ToByteArray();
        byte[] result = new CallEvent { Result = Payload }.ToByteArray();
        byte[] newer = [0x32, 1, 7, 0x38, 5];
        Assert.Equal("Result", KindOf([.. context, .. result]));
        Assert.Equal("Result", KindOf([.. newer, .. result, .. newer]));
        Assert.Equal("Result", KindOf([.. result, .. result]));
    }

    [Fact]
    public void What_is_cut_off_is_no_event()
    {
        var whole = Result.ToByteArray();
        Assert.Equal("None", KindOf(whole[..^1]));
        Assert.Equal("None", KindOf(whole[..3]));
    }

    private static string KindOf(byte[] callEvent) => CallEvents.KindOf(callEvent).ToString();
}
