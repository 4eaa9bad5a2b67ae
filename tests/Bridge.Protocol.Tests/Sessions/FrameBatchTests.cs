using System.Buffers;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.Tests.Mapping;
using Bridge.Protocol.Tests.Sessions.Wire;
using Bridge.Protocol.V1;
using Google.Protobuf;
using Xunit.Abstractions;

namespace Bridge.Protocol.Tests.Sessions;

/// <summary>The engine's own writer beside the generated one: whatever the frames, the bytes are the same.</summary>
public class FrameBatchTests(ITestOutputHelper output)
{
    private const int Batches = 3_000;

    [Fact]
    public void Writes_what_the_generated_code_writes()
    {
        var random = Seed.Random(output);
        var batch = new FrameBatch();
        for (var index = 0; index < Batches; index++)
        {
            AssertSame(batch, RandomFrames.Batch(random));
            batch.Clear();
        }
    }

    [Fact]
    public void Writes_the_smallest_and_the_largest_just_as_well()
    {
        var batch = new FrameBatch();
        batch.SetPayloadLimit(SessionOptions.MaxPayloadBytes);
        AssertSame(batch, new OpenRequest
        {
            Frames =
            {
                Frames.Event(1, 0),
                new Frame { Exchange = 1, Payload = new Payload() },
                Frames.Body(ulong.MaxValue, SessionOptions.MaxPayloadBytes),
                Frames.Credit(3, uint.MaxValue),
                Frames.OpenCall(5, head: 0, call: new CallTarget()),
                Frames.OpenCall(7, SessionOptions.MaxPayloadBytes, more: true, LongCall()),
                Frames.Open(9, head: 0),
                Frames.Accepted(11),
                Frames.Ended(11, EndedKind.Unspecified),
            },
        });
    }

    [Fact]
    public void Writes_numbers_of_every_length()
    {
        var batch = new FrameBatch();
        for (var bits = 0; bits < 64; bits++)
        {
            var number = 1UL << bits;
            AssertSame(batch, new OpenRequest { Frames = { Frames.Accepted(number - 1), Frames.Accepted(number) } });
            batch.Clear();
        }
    }

    [Fact]
    public void Is_the_message_of_either_direction()
    {
        var batch = new FrameBatch();
        batch.AddCredit(exchange: 1, credit: 2);
        Assert.Equal(OpenResponse.FramesFieldNumber, OpenRequest.FramesFieldNumber);
        Assert.Equal(new OpenRequest { Frames = { Frames.Credit(1, 2) } }, OpenRequest.Parser.ParseFrom(batch.Message.Span));
        Assert.Equal(new OpenResponse { Frames = { Frames.Credit(1, 2) } }, OpenResponse.Parser.ParseFrom(batch.Message.Span));
    }

    [Fact]
    public void Passes_on_what_only_a_newer_peer_knows_of_a_target()
    {
        var unknown = new Ping { Number = 7 }.ToByteArray();
        unknown[0] = 15 << 3;
        var target = CallTarget.Parser.ParseFrom([.. Frames.Call().ToByteArray(), .. unknown]);
        var batch = new FrameBatch();
        batch.AddOpen(exchange: 1, target, new OutboundPayload(PayloadKind.Head, default, More: false, Pooled: null));
        var written = OpenRequest.Parser.ParseFrom(batch.Message.Span).Frames[0].Open.Call;
        Assert.Equal(target, written);
        Assert.NotEqual(Frames.Call(), written);
    }

    [Fact]
    public void Has_room_for_64_frames()
    {
        var batch = new FrameBatch();
        while (batch.HasRoom)
        {
            batch.AddCredit(exchange: 1, credit: 1);
        }

        Assert.Equal(64, batch.Count);
        batch.Clear();
        Assert.True(batch.HasRoom);
        Assert.Equal((0, 0, 0), (batch.Count, batch.Bytes, batch.Message.Length));
    }

    [Theory]
    [InlineData(SessionOptions.MaxPayloadBytes, 3)]
    [InlineData(16 * 1024, 11)]
    public void Has_room_while_the_largest_frame_fits(int payloadBytes, int frames)
    {
        var batch = new FrameBatch();
        batch.SetPayloadLimit(payloadBytes);
        while (batch.HasRoom)
        {
            Add(batch, Frames.OpenCall(1, payloadBytes, call: LongCall()));
        }

        Assert.Equal(frames, batch.Count);
        Assert.InRange(batch.Bytes, 1, FrameBatch.MaxBytes);
    }

    [Fact]
    public void Gives_a_pooled_array_back_when_its_frame_is_written()
    {
        // The pool gives a thread first what the thread gave last.
        var pooled = ArrayPool<byte>.Shared.Rent(300);
        var batch = new FrameBatch();
        batch.AddPayload(exchange: 1, credit: 0, new OutboundPayload(PayloadKind.Body, pooled.AsMemory(0, 300), More: true, pooled));
        Assert.Same(pooled, ArrayPool<byte>.Shared.Rent(300));
    }

    private static void AssertSame(FrameBatch batch, OpenRequest expected)
    {
        foreach (var frame in expected.Frames)
        {
            Add(batch, frame);
        }

        Assert.Equal(expected.Frames.Count, batch.Count);
        Assert.Equal(expected.CalculateSize(), batch.Bytes);
        Assert.Equal(expected, OpenRequest.Parser.ParseFrom(batch.Message.Span));
        Assert.True(batch.Message.Span.SequenceEqual(expected.ToByteArray()), $"The bytes of {expected} are others.");
    }

    /// <summary>Adds it as the session does.</summary>
    private static void Add(FrameBatch batch, Frame frame)
    {
        var (exchange, credit) = (frame.Exchange, (int)frame.Credit);
        switch (frame.KindCase)
        {
            case Frame.KindOneofCase.Payload:
                var payload = frame.Payload;
                batch.AddPayload(
                    exchange,
                    credit,
                    new OutboundPayload(payload.Kind, payload.Data.Memory, payload.More, Pooled: null) { Ended = payload.Ended });
                break;
            case Frame.KindOneofCase.Open when credit == 0 && frame.Open.TargetCase != OpenExchange.TargetOneofCase.None:
                var open = frame.Open;
                batch.AddOpen(
                    exchange,
                    open.Call is { } call ? (ExchangeTarget)call : open.Instance,
                    new OutboundPayload(PayloadKind.Head, open.Head.Memory, open.MoreHead, Pooled: null));
                break;
            case Frame.KindOneofCase.Accepted:
                batch.AddAccepted(exchange, credit);
                break;
            case Frame.KindOneofCase.Ended when credit == 0:
                batch.AddEnded(exchange, frame.Ended);
                break;
            case Frame.KindOneofCase.None:
                batch.AddCredit(exchange, credit);
                break;
            default:
                batch.Add(frame);
                break;
        }
    }

    /// <summary>The largest target of a call.</summary>
    private static CallTarget LongCall()
    {
        var call = Frames.Call(CallRules.MaxPath);
        call.Callable = new string('\u4e16', 128);
        call.ThreadContext = Frames.Bytes(16);
        call.TimeoutMs = ulong.MaxValue;
        return call;
    }
}
