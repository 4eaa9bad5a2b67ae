namespace Bridge.Server.WebSockets;

/// <summary>The connection under a WebSocket, observed. One reader and one writer at a time, as the platform's socket keeps it.</summary>
internal sealed class ObservedStream(Stream inner) : Stream
{
    private const byte FinalClose = 0x88;

    private FrameObserver _inbound;

    /// <summary>Whether the client's close frame had no code.</summary>
    public bool HasSeenEmptyClose => _inbound.HasSeenEmptyClose;

    /// <summary>The code of the close frame that went out, by whomever it was sent; null for none and for one without a code.</summary>
    public int? SentCloseCode { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        _inbound.Observe(buffer.Span[..count]);
        return count;
    }

    /// <summary>The platform writes every frame in one piece, so a frame's header is at the start of the buffer.</summary>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length >= 4 && buffer.Span[0] == FinalClose)
        {
            SentCloseCode ??= (buffer.Span[2] << 8) | buffer.Span[3];
        }

        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException("The connection is asynchronous only.");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The connection is asynchronous only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The connection is asynchronous only.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
