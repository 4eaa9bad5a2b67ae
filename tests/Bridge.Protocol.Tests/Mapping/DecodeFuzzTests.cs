using Bridge.Protocol.Mapping;
using Google.Protobuf;
using Xunit.Abstractions;

namespace Bridge.Protocol.Tests.Mapping;

public sealed class DecodeFuzzTests(ITestOutputHelper output)
{
    private const int Count = 20_000;

    [Fact]
    [Covers("CORE-20")]
    public void Whatever_the_bytes_are_the_mapping_gives_a_model_or_its_own_error()
    {
        var random = Seed.Random(output);
        var model = new RandomModel(random);
        var refused = 0;
        for (var i = 0; i < Count; i++)
        {
            var wire = (i % 4) switch
            {
                0 => RandomBytes(random),
                1 => ScopeMapping.ToMessage(model.Scope()).ToByteArray(),
                2 => EventMapping.ToReceiveMessage(model.ReceiveEvent()).ToByteArray(),
                _ => EventMapping.ToSendMessage(model.SendEvent()).ToByteArray(),
            };
            Mutate(wire, random);
            refused += Decode(V1.Scope.Parser, wire, message => ScopeMapping.FromMessage(message));
            refused += Decode(V1.ReceiveEvent.Parser, wire, message => EventMapping.FromMessage(message));
            refused += Decode(V1.SendEvent.Parser, wire, message => EventMapping.FromMessage(message));
        }

        Assert.NotEqual(0, refused);
    }

    private static int Decode<TMessage>(MessageParser<TMessage> parser, byte[] wire, Func<TMessage, object> map)
        where TMessage : IMessage<TMessage>
    {
        try
        {
            map(parser.ParseFrom(wire));
            return 0;
        }
        catch (InvalidProtocolBufferException)
        {
            return 0;
        }
        catch (InvalidMessageException)
        {
            return 1;
        }
    }

    private static byte[] RandomBytes(Random random)
    {
        var bytes = new byte[random.Next(200)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static void Mutate(byte[] wire, Random random)
    {
        for (var count = wire.Length == 0 ? 0 : random.Next(4); count > 0; count--)
        {
            wire[random.Next(wire.Length)] = (byte)random.Next(256);
        }
    }
}
