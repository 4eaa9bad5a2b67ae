using System.Threading.Channels;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.Sessions.Wire;

namespace Bridge.Protocol.Tests.Sessions;

/// <summary>
/// Two ends of a stream in memory. Batches cross as bytes, so that no end sees what the other does to its objects; a
/// direction holds a few batches and then makes its writer wait.
/// </summary>
internal sealed class MemoryLink
{
    public MemoryLink(int capacity = 4)
    {
        var up = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });
        var down = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });
        Client = new End(down.Reader, up.Writer);
        Server = new End(up.Reader, down.Writer);
    }

    public IFrameStream Client { get; }

    public IFrameStream Server { get; }

    private sealed class End(ChannelReader<byte[]> reader, ChannelWriter<byte[]> writer) : IFrameStream
    {
        private readonly ReceivedBatch _received = new();

        public async ValueTask<ReceivedBatch?> ReadAsync(CancellationToken cancellationToken)
        {
            while (await reader.WaitToReadAsync(cancellationToken))
            {
                if (reader.TryRead(out var bytes))
                {
                    return _received.Read(bytes);
                }
            }

            return null;
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) =>
            writer.WriteAsync(batch.ToArray(), cancellationToken);

        public ValueTask CompleteAsync(CancellationToken cancellationToken)
        {
            writer.TryComplete();
            return ValueTask.CompletedTask;
        }
    }
}
