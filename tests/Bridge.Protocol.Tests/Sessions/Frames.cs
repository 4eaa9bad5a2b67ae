using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Protocol.Tests.Sessions;

/// <summary>Frames as a peer would write them.</summary>
internal static class Frames
{
    public static Hello Hello(Action<Hello>? change = null)
    {
        var hello = new Hello
        {
            MinRevision = 1,
            MaxRevision = 1,
            Limits = new SessionLimits
            {
                PayloadBytes = 16 * 1024,
                Exchanges = 100,
                WindowBytes = 64 * 1024,
                WebsocketWindowBytes = 16 * 1024,
                HeadBytes = 128 * 1024,
                EventBytes = 1024 * 1024,
            },
        };
        change?.Invoke(hello);
        return hello;
    }

    public static InstanceTarget Target(ConversationKind conversation = ConversationKind.Http) =>
        new() { Application = "app", Conversation = conversation };

    public static Frame Open(ulong id, int head = 10, bool more = false, ConversationKind conversation = ConversationKind.Http) => new()
    {
        Exchange = id,
        Open = new OpenExchange
        {
            Instance = Target(conversation),
            Head = Bytes(head),
            MoreHead = more,
        },
    };

    public static CallTarget Call(int depth = 1) => new()
    {
        Callable = "add",
        Path = { Enumerable.Range(0, depth).Select(_ => new CallStep { Call = Bytes(16), Peer = Bytes(16) }) },
    };

    public static Frame OpenCall(ulong id, int head = 10, bool more = false, CallTarget? call = null) => new()
    {
        Exchange = id,
        Open = new OpenExchange { Call = call ?? Call(), Head = Bytes(head), MoreHead = more },
    };

    public static Frame Payload(ulong id, PayloadKind kind, int length, bool more = false) => new()
    {
        Exchange = id,
        Payload = new Payload { Kind = kind, Data = Bytes(length), More = more },
    };

    public static Frame Body(ulong id, int length, bool more = true) => Payload(id, PayloadKind.Body, length, more);

    public static Frame Event(ulong id, int length, bool more = false) => Payload(id, PayloadKind.Event, length, more);

    public static Frame Credit(ulong id, uint credit) => new() { Exchange = id, Credit = credit };

    public static Frame Accepted(ulong id) => new() { Exchange = id, Accepted = new Accepted() };

    public static Frame Refused(ulong id, RefusedCode code = RefusedCode.Overloaded, string reason = "No place.") =>
        new() { Exchange = id, Refused = new Refused { Code = code, Reason = reason } };

    public static Frame Reset(ulong id, ResetCode code = ResetCode.Gone, ReceiveEvent? disconnect = null) =>
        new() { Exchange = id, Reset = new Reset { Code = code, Reason = "Gone.", Event = disconnect } };

    public static Frame Ended(ulong id, EndedKind kind = EndedKind.Finished) => new() { Exchange = id, Ended = new Ended { Kind = kind } };

    public static ByteString Bytes(int length)
    {
        var bytes = new byte[length];
        for (var index = 0; index < length; index++)
        {
            bytes[index] = (byte)index;
        }

        return UnsafeByteOperations.UnsafeWrap(bytes);
    }
}
