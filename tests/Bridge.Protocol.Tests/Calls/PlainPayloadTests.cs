using System.Text;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Local;
using Bridge.Protocol.Calls;
using Google.Protobuf;

namespace Bridge.Protocol.Tests.Calls;

public class PlainPayloadTests
{
    private const int Field = V1.CallEvent.ResultFieldNumber;

    public static TheoryData<string, int> Payloads => new()
    {
        { "application/octet-stream", 0 },
        { "application/octet-stream", 100 },
        { "application/json", 127 },
        { "application/json", 128 },
        { "application/protobuf; type=a.b", 16_383 },
        { "application/protobuf; type=a.b", 16_384 },
        { new string('x', 200), 3_000_000 },
        { "", 1 },
        { "", 0 },
    };

    [Theory]
    [MemberData(nameof(Payloads))]
    public void A_payload_is_written_byte_for_byte_as_the_generated_code_writes_it_and_read_again(string contentType, int length)
    {
        var payload = new CallPayload(contentType, Bytes(length));
        var generated = new V1.CallEvent { Result = CallMapping.ToMessage(payload) }.ToByteArray();
        Assert.Equal(generated, PlainPayload.Write(Field, payload));
        Assert.True(PlainPayload.TryRead(Field, generated, out var read));
        Assert.Equal(contentType, read.ContentType);
        Assert.True(read.Data.Span.SequenceEqual(payload.Data.Span));
    }

    [Fact]
    public void A_content_type_beyond_ASCII_is_left_to_the_generated_code()
    {
        var payload = new CallPayload("text/plain; é", Bytes(3));
        Assert.Null(PlainPayload.Write(Field, payload));
        var generated = new V1.CallEvent { Result = CallMapping.ToMessage(payload) }.ToByteArray();
        Assert.False(PlainPayload.TryRead(Field, generated, out _));
        Assert.Equal(generated, CallMapping.ToEvent(CallOutcome.Returned(payload, ContextBagDelta.None), "f"));
    }

    [Fact]
    public void What_else_a_message_holds_is_left_to_the_generated_code()
    {
        var result = CallMapping.ToMessage(new CallPayload("application/json", Bytes(5)));
        Assert.False(PlainPayload.TryRead(Field, default, out _));
        Assert.False(PlainPayload.TryRead(Field, new V1.CallEvent { Item = result }.ToByteArray(), out _));
        Assert.False(PlainPayload.TryRead(Field, new V1.CallEvent { Result = result, Context = new V1.ContextChange() }.ToByteArray(), out _));
        Assert.False(PlainPayload.TryRead(Field, (byte[])[.. new V1.CallEvent { Result = result }.ToByteArray(), .. new V1.CallEvent { Result = result }.ToByteArray()], out _));
    }

    /// <summary>The one must not read what the other refuses, nor read it as something else.</summary>
    [Fact]
    public void What_is_read_of_damaged_messages_is_what_the_generated_code_reads()
    {
        var random = new Random(20261123);
        var both = 0;
        for (var run = 0; run < 50_000; run++)
        {
            var payload = new CallPayload(random.Next(3) == 0 ? "" : "application/json", Bytes(random.Next(4) == 0 ? 200 : random.Next(6)));
            var bytes = new V1.CallEvent { Result = CallMapping.ToMessage(payload) }.ToByteArray();
            for (var change = random.Next(4); change > 0 && bytes.Length > 0; change--)
            {
                var at = random.Next(Math.Min(bytes.Length, 40));
                bytes = random.Next(4) switch
                {
                    0 => bytes[..at],
                    1 => [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]],
                    2 => [.. bytes[..at], .. bytes[(at + 1)..]],
                    _ => [.. bytes[..at], (byte)(random.Next(2) == 0 ? random.Next(32) : random.Next(256)), .. bytes[(at + 1)..]],
                };
            }

            if (PlainPayload.TryRead(Field, bytes, out var read))
            {
                both++;
                var generated = V1.CallEvent.Parser.ParseFrom(bytes);
                Assert.Equal(V1.CallEvent.KindOneofCase.Result, generated.KindCase);
                Assert.Equal(generated.Result.ContentType, read.ContentType);
                Assert.Equal(generated.Result.Data.ToByteArray(), read.Data.ToArray());
                Assert.Null(generated.Context);
            }
        }

        Assert.InRange(both, 5_000, 45_000);
    }

    private static byte[] Bytes(int length)
    {
        var bytes = Encoding.ASCII.GetBytes(new string('b', length));
        for (var index = 0; index < length; index++)
        {
            bytes[index] = (byte)(index * 7);
        }

        return bytes;
    }
}
