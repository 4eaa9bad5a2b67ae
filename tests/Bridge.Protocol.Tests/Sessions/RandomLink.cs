using System.Threading.Channels;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.Sessions.Wire;
using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Protocol.Tests.Sessions;

/// <summary>
/// A link whose transport re-splits batches, delays them by a random number of turns, and may fail at a given frame: cut
/// both ways, or stall one way or both for ever.
/// </summary>
internal sealed class RandomLink : IDisposable
{
    private readonly CancellationTokenSource _cut = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LinkFault _fault;
    private int _framesLeft;

    /// <summary>Makes the link.</summary>
    /// <param name="random">Where it differs from others.</param>
    /// <param name="fault">What happens to it.</param>
    /// <param name="afterFrames">After how many frames of both directions.</param>
    public RandomLink(Random random, LinkFault fault = LinkFault.None, int afterFrames = 0)
    {
        _fault = fault;
        _framesLeft = afterFrames;
        var up = Channel.CreateBounded<byte[]>(random.Next(1, 8));
        var down = Channel.CreateBounded<byte[]>(random.Next(1, 8));
        Client = new End(this, new Random(random.Next()), down.Reader, up.Writer, stalls: fault is LinkFault.StallUp or LinkFault.StallBoth);
        Server = new End(this, new Random(random.Next()), up.Reader, down.Writer, stalls: fault is LinkFault.StallBoth);
    }

    public IFrameStream Client { get; }

    public IFrameStream Server { get; }

    /// <summary>Ends when the fault has happened.</summary>
    public Task Failed => _failed.Task;

    public void Dispose() => _cut.Dispose();

    private bool HasFailed => _failed.Task.IsCompleted;

    private void Count()
    {
        if (_fault != LinkFault.None && Interlocked.Decrement(ref _framesLeft) < 0 && _failed.TrySetResult() && _fault == LinkFault.Cut)
        {
            _cut.Cancel();
        }
    }

    private sealed class End(RandomLink link, Random random, ChannelReader<byte[]> reader, ChannelWriter<byte[]> writer, bool stalls) : IFrameStream
    {
        private readonly ReceivedBatch _received = new();

        public async ValueTask<ReceivedBatch?> ReadAsync(CancellationToken cancellationToken)
        {
            using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, link._cut.Token);
            while (await reader.WaitToReadAsync(cut.Token))
            {
                if (reader.TryRead(out var bytes))
                {
                    // Sometimes what has come by now is one batch; pieces are small enough for that. Messages in a row are one.
                    for (var pieces = 1; pieces < 4 && random.Next(2) == 0 && reader.TryRead(out var more); pieces++)
                    {
                        bytes = [.. bytes, .. more];
                    }

                    return _received.Read(bytes);
                }
            }

            return null;
        }

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
        {
            using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, link._cut.Token);
            var frames = OpenRequest.Parser.ParseFrom(batch.Span).Frames;
            for (var from = 0; from < frames.Count;)
            {
                for (var turns = random.Next(4); turns > 0; turns--)
                {
                    await Task.Yield();
                }

                var piece = new OpenRequest();
                for (var size = random.Next(1, 5); size > 0 && from < frames.Count; size--, from++)
                {
                    piece.Frames.Add(frames[from]);
                    link.Count();
                }

                if (stalls && link.HasFailed)
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, cut.Token);
                }

                cut.Token.ThrowIfCancellationRequested();
                await writer.WriteAsync(piece.ToByteArray(), cut.Token);
            }
        }

        public ValueTask CompleteAsync(CancellationToken cancellationToken)
        {
            if (!stalls || !link.HasFailed)
            {
                writer.TryComplete();
            }

            return ValueTask.CompletedTask;
        }
    }
}
