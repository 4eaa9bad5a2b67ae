using Bridge.Protocol.Sessions;
using Bridge.Protocol.Sessions.Wire;
using Bridge.Protocol.Tests.Mapping;
using Bridge.Protocol.V1;
using Google.Protobuf;
using Xunit.Abstractions;

namespace Bridge.Protocol.Tests.Sessions.Wire;

/// <summary>The engine's own reader beside the generated parser: whatever the bytes, they agree.</summary>
public class ReceivedBatchTests(ITestOutputHelper output)
{
    private const int Batches = 3_000;
    private const int MutationsOfEach = 20;

    [Fact]
    public void Reads_what_the_generated_parser_reads()
    {
        var random = Seed.Random(output);
        var batch = new ReceivedBatch();
        for (var index = 0; index < Batches; index++)
        {
            var written = RandomFrames.Batch(random);
            var bytes = written.ToByteArray();
            Assert.Equal(written.Frames, batch.Read(bytes));
            Assert.Equal(bytes.Length, batch.Bytes);
        }
    }

    [Fact]
    public void Agrees_with_the_generated_parser_about_bytes_that_nobody_should_write()
    {
        var random = Seed.Random(output);
        var batch = new ReceivedBatch();
        var (malformed, read) = (0, 0);
        for (var index = 0; index < Batches; index++)
        {
            var written = RandomFrames.Batch(random).ToByteArray();
            for (var mutation = 0; mutation < MutationsOfEach; mutation++)
            {
                var bytes = RandomFrames.Mutate(written, random);
                if (Parse(bytes) is { } expected)
                {
                    read++;
                    Assert.Equal(expected, batch.Read(bytes));
                    Assert.Equal(bytes.Length, batch.Bytes);
                }
                else
                {
                    malformed++;
                    Assert.Throws<InvalidProtocolBufferException>(() => batch.Read(bytes));
                }
            }
        }

        Assert.True(malformed > 5 * Batches && read > 5 * Batches, $"{malformed} malformed and {read} others say too little.");
    }

    [Fact]
    public void What_it_held_stays_as_it_is_when_the_next_is_read()
    {
        var random = Seed.Random(output);
        var batch = new ReceivedBatch();
        var first = new OpenRequest { Frames = { Frames.OpenCall(1, call: Frames.Call(depth: 3)), Frames.Event(1, 100), Frames.OpenCall(3) } };
        batch.Read(first.ToByteArray());
        var (call, head, data) = (batch[0].Open.Call, batch[0].Open.Head, batch[1].Payload.Data);
        for (var index = 0; index < 100; index++)
        {
            batch.Read(RandomFrames.Batch(random).ToByteArray());
        }

        Assert.Equal(first.Frames[0].Open, new OpenExchange { Call = call, Head = head });
        Assert.Equal(first.Frames[1].Payload.Data, data);
    }

    [Fact]
    public void Lets_go_what_it_held_when_it_is_cleared()
    {
        var batch = new ReceivedBatch();
        batch.Read(new OpenRequest { Frames = { Frames.OpenCall(1), Frames.Event(1, 100) } }.ToByteArray());
        var (open, payload) = (batch[0].Open, batch[1].Payload);
        batch.Clear();
        Assert.Empty(batch);
        Assert.Equal((null, true, true), (open.Call, open.Head.IsEmpty, payload.Data.IsEmpty));
    }

    [Fact]
    public void More_frames_than_a_batch_may_have_are_read_all_the_same()
    {
        var written = new OpenRequest { Frames = { Enumerable.Range(0, FrameBatch.MaxFrames + 10).Select(index => Frames.Event((ulong)index + 1, 10)) } };
        Assert.Equal(written.Frames, new ReceivedBatch().Read(written.ToByteArray()));
    }

    private static IReadOnlyList<Frame>? Parse(byte[] bytes)
    {
        try
        {
            return OpenRequest.Parser.ParseFrom(bytes).Frames;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
