using System.Collections.Concurrent;
using System.Threading.Channels;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Protocol.Bench;

/// <summary>
/// The bare batched stream: callers that wait for their own answers, a channel, a loop that writes what waits in one
/// batch and a loop that reads. No windows, no order, no limits, no endings: what everybody writes first.
/// </summary>
internal static class BareMultiplexer
{
    private static readonly InstanceTarget Target = new() { Application = "bench", Conversation = ConversationKind.Http };

    public static Task<Measurement> Measure(Func<Task<ILink>> open, int concurrency, TimeSpan length) => Measurement.Of(length, async end =>
    {
        await using var link = await open();
        var answering = Task.Run(() => BareExchanges.Answer(link.Server), CancellationToken.None);
        var result = await AskAsync(link.Client, concurrency, end);
        await answering;
        return result;
    });

    /// <summary>The asking half: keeps so many exchanges in flight until the end, then ends the stream and reads what is left.</summary>
    public static async Task<(long Exchanges, long Batches)> AskAsync(IFrameStream stream, int concurrency, CancellationToken end)
    {
        var pending = new ConcurrentDictionary<ulong, TaskCompletionSource>();
        var frames = Channel.CreateUnbounded<Frame>(new UnboundedChannelOptions { SingleReader = true });
        var writing = Task.Run(() => WriteAsync(stream, frames.Reader), CancellationToken.None);
        var reading = Task.Run(() => ReadAsync(stream, pending), CancellationToken.None);
        ulong last = 0;
        var callers = Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
        {
            long count = 0;
            for (; !end.IsCancellationRequested; count++)
            {
                var id = Interlocked.Add(ref last, 2);
                var answered = pending[id] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                frames.Writer.TryWrite(new Frame { Exchange = id, Open = new OpenExchange { Instance = Target, Head = Bytes(SmallExchanges.HeadBytes) } });
                frames.Writer.TryWrite(new Frame { Exchange = id, Payload = new Payload { Kind = PayloadKind.Body } });
                await answered.Task;
            }

            return count;
        })).ToArray();
        var counting = Task.WhenAll(callers);
        if (await Task.WhenAny(counting, reading) == reading)
        {
            await reading;
            throw new InvalidOperationException("The stream ended while exchanges waited.");
        }

        var exchanges = (await counting).Sum();
        frames.Writer.Complete();
        var batches = await writing;
        await reading;
        return (exchanges, batches);
    }

    private static async Task<long> WriteAsync(IFrameStream stream, ChannelReader<Frame> frames)
    {
        var batch = new OpenRequest();
        long batches = 0;
        while (await frames.WaitToReadAsync())
        {
            while (batch.Frames.Count < 64 && frames.TryRead(out var frame))
            {
                batch.Frames.Add(frame);
            }

            await stream.WriteAsync(batch);
            batches += 2;
        }

        await stream.CompleteAsync(CancellationToken.None);
        return batches;
    }

    private static async Task ReadAsync(IFrameStream stream, ConcurrentDictionary<ulong, TaskCompletionSource> pending)
    {
        while (await stream.ReadAsync(CancellationToken.None) is { } batch)
        {
            foreach (var frame in batch)
            {
                if (frame.Ended is not null && pending.TryRemove(frame.Exchange, out var answered))
                {
                    answered.SetResult();
                }
            }
        }
    }

    private static ByteString Bytes(int length) => UnsafeByteOperations.UnsafeWrap(new byte[length]);
}
