using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Protocol.Bench;

/// <summary>
/// The same frames over the same stream with nothing of the engine: two loops that answer each batch with one. What the
/// stream and protobuf cost by themselves.
/// </summary>
internal static class BareExchanges
{
    private static readonly InstanceTarget Target = new() { Application = "bench", Conversation = ConversationKind.Http };

    public static Task<Measurement> Measure(Func<Task<ILink>> open, int concurrency, TimeSpan length) => Measurement.Of(length, async end =>
    {
        await using var link = await open();
        var answering = Task.Run(() => Answer(link.Server), CancellationToken.None);
        var result = await Task.Run(() => Ask(link.Client, concurrency, end), CancellationToken.None);
        await answering;
        return result;
    });

    private static async Task<(long Exchanges, long Batches)> Ask(IFrameStream stream, int concurrency, CancellationToken end)
    {
        var batch = new OpenRequest();
        long exchanges = 0;
        long batches = 0;
        ulong id = 0;
        var due = concurrency;
        var open = 0;
        while (due + open > 0)
        {
            for (; due > 0; due--, open++)
            {
                id += 2;
                batch.Frames.Add(new Frame { Exchange = id, Open = new OpenExchange { Instance = Target, Head = Bytes(SmallExchanges.HeadBytes) } });
                batch.Frames.Add(new Frame { Exchange = id, Payload = new Payload { Kind = PayloadKind.Body } });
                if (batch.Frames.Count == 64)
                {
                    batches += await Write(stream, batch);
                }
            }

            batches += await Write(stream, batch);
            var ended = (await stream.ReadAsync(CancellationToken.None))?.Count(frame => frame.Ended is not null) ?? 0;
            batches++;
            exchanges += ended;
            open -= ended;
            due = end.IsCancellationRequested ? 0 : ended;
        }

        await stream.CompleteAsync(CancellationToken.None);
        return (exchanges, batches);
    }

    public static async Task Answer(IFrameStream stream)
    {
        var batch = new OpenRequest();
        while (await stream.ReadAsync(CancellationToken.None) is { } asked)
        {
            foreach (var frame in asked.Where(frame => frame.Payload is not null))
            {
                if (batch.Frames.Count + 3 > 64)
                {
                    await Write(stream, batch);
                }

                var body = new Payload { Kind = PayloadKind.Body, Data = Bytes(SmallExchanges.BodyBytes) };
                batch.Frames.Add(new Frame { Exchange = frame.Exchange, Payload = new Payload { Kind = PayloadKind.Event, Data = Bytes(SmallExchanges.EventBytes) } });
                batch.Frames.Add(new Frame { Exchange = frame.Exchange, Payload = body });
                batch.Frames.Add(new Frame { Exchange = frame.Exchange, Ended = new Ended { Kind = EndedKind.Finished } });
            }

            await Write(stream, batch);
        }

        await stream.CompleteAsync(CancellationToken.None);
    }

    private static async Task<int> Write(IFrameStream stream, OpenRequest batch)
    {
        if (batch.Frames.Count == 0)
        {
            return 0;
        }

        await stream.WriteAsync(batch);
        return 1;
    }

    private static ByteString Bytes(int length) => UnsafeByteOperations.UnsafeWrap(new byte[length]);
}
