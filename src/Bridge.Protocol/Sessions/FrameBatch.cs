using System.Buffers;
using Bridge.Protocol.Sessions.Wire;
using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// The batch that the writer fills, writes and clears: the bytes of its message, to which each frame is added as it comes. The
/// frames that there are most of are written here, without an object, and all others by the generated code. The writer's alone.
/// </summary>
internal sealed class FrameBatch
{
    /// <summary>The most frames in a batch.</summary>
    public const int MaxFrames = 64;

    /// <summary>The most bytes in a batch.</summary>
    public const int MaxBytes = 256 * 1024;

    // What a frame may have besides a payload: a sentence of 4 KiB and a little, or the path of a call.
    private const int MaxFrameOverhead = 8 * 1024;
    private const int SmallestRoom = 4 * 1024;

    private byte[] _bytes = [];
    private int _expected = SmallestRoom;
    private int _largestFrame = SessionOptions.MaxPayloadBytes + MaxFrameOverhead;

    /// <summary>The frames in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes of its message.</summary>
    public int Bytes { get; private set; }

    /// <summary>Its message, until <see cref="Clear"/> or another frame.</summary>
    public ReadOnlyMemory<byte> Message => _bytes.AsMemory(0, Bytes);

    /// <summary>Whether another frame of any kind fits.</summary>
    public bool HasRoom => Count < MaxFrames && Bytes + _largestFrame <= MaxBytes;

    /// <summary>Tells how large payloads can be, which lets more of them into a batch.</summary>
    public void SetPayloadLimit(int payloadBytes) => _largestFrame = payloadBytes + MaxFrameOverhead;

    /// <summary>Adds a frame of any kind.</summary>
    public void Add(Frame frame)
    {
        var size = frame.CalculateSize();
        frame.WriteTo(Begin(size).Take(size));
    }

    /// <summary>Adds a frame of data, and gives the array under it back if it came from the pool.</summary>
    public void AddPayload(ulong exchange, int credit, in OutboundPayload part)
    {
        var kind = (ulong)part.Kind;
        var more = part.More ? 1UL : 0;
        var ended = (ulong)part.Ended;
        var size = WireWriter.SizeOfNumber(Payload.KindFieldNumber, kind)
            + WireWriter.SizeOfBytes(Payload.DataFieldNumber, part.Data.Length)
            + WireWriter.SizeOfNumber(Payload.MoreFieldNumber, more)
            + WireWriter.SizeOfNumber(Payload.EndedFieldNumber, ended);
        var writer = Begin(exchange, credit, Frame.PayloadFieldNumber, size);
        writer.PutNumber(Payload.KindFieldNumber, kind);
        writer.PutBytes(Payload.DataFieldNumber, part.Data.Span);
        writer.PutNumber(Payload.MoreFieldNumber, more);
        writer.PutNumber(Payload.EndedFieldNumber, ended);
        Release(part);
    }

    /// <summary>Adds the frame that opens an exchange.</summary>
    public void AddOpen(ulong exchange, in ExchangeTarget target, in OutboundPayload head)
    {
        // Of a target that is only passed on, it alone knows all fields.
        IMessage message = target.Call is { } call ? call : target.Instance!;
        var field = target.Call is null ? OpenExchange.InstanceFieldNumber : OpenExchange.CallFieldNumber;
        var targetSize = message.CalculateSize();
        var more = head.More ? 1UL : 0;
        var size = WireWriter.SizeOfMessage(field, targetSize)
            + WireWriter.SizeOfBytes(OpenExchange.HeadFieldNumber, head.Data.Length)
            + WireWriter.SizeOfNumber(OpenExchange.MoreHeadFieldNumber, more);
        var writer = Begin(exchange, credit: 0, Frame.OpenFieldNumber, size);
        writer.PutHeader(field, targetSize);
        message.WriteTo(writer.Take(targetSize));
        writer.PutBytes(OpenExchange.HeadFieldNumber, head.Data.Span);
        writer.PutNumber(OpenExchange.MoreHeadFieldNumber, more);
        Release(head);
    }

    /// <summary>Adds the frame that says that code runs.</summary>
    public void AddAccepted(ulong exchange, int credit) => Begin(exchange, credit, Frame.AcceptedFieldNumber, 0);

    /// <summary>Adds a frame that has credit alone.</summary>
    public void AddCredit(ulong exchange, int credit) => Begin(exchange, credit, 0);

    /// <summary>Adds an acceptor's last frame.</summary>
    public void AddEnded(ulong exchange, Ended ended)
    {
        if (ended.Reason.Length > 0)
        {
            Add(new Frame { Exchange = exchange, Ended = ended });
            return;
        }

        var kind = (ulong)ended.Kind;
        Begin(exchange, credit: 0, Frame.EndedFieldNumber, WireWriter.SizeOfNumber(Ended.KindFieldNumber, kind))
            .PutNumber(Ended.KindFieldNumber, kind);
    }

    /// <summary>
    /// Empties the batch when the transport is done with its message. Its memory goes back to the pool: an idle session holds none.
    /// </summary>
    public void Clear()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _expected = Math.Max(Bytes, SmallestRoom);
        Bytes = 0;
        Count = 0;
    }

    /// <summary>Begins a frame of a kind whose message has that length.</summary>
    private WireWriter Begin(ulong exchange, int credit, int kind, int length)
    {
        var writer = Begin(exchange, credit, WireWriter.SizeOfMessage(kind, length));
        writer.PutHeader(kind, length);
        return writer;
    }

    /// <summary>Begins a frame that has so many bytes besides its first fields.</summary>
    private WireWriter Begin(ulong exchange, int credit, int rest)
    {
        var writer = Begin(WireWriter.SizeOfNumber(Frame.ExchangeFieldNumber, exchange)
            + WireWriter.SizeOfNumber(Frame.CreditFieldNumber, (uint)credit)
            + rest);
        writer.PutNumber(Frame.ExchangeFieldNumber, exchange);
        writer.PutNumber(Frame.CreditFieldNumber, (uint)credit);
        return writer;
    }

    /// <summary>Begins a frame of that size.</summary>
    private WireWriter Begin(int size)
    {
        var start = Bytes;
        var length = WireWriter.SizeOfMessage(OpenRequest.FramesFieldNumber, size);
        if (start + length > _bytes.Length)
        {
            Grow(start + length);
        }

        Count++;
        Bytes = start + length;
        var writer = new WireWriter(_bytes.AsSpan(start, length));
        writer.PutHeader(OpenRequest.FramesFieldNumber, size);
        return writer;
    }

    // A batch is mostly as large as the one before, so that most need one array.
    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(_expected, 2 * _bytes.Length)));
        _bytes.AsSpan(0, Bytes).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }

    private static void Release(in OutboundPayload part)
    {
        if (part.Pooled is not null)
        {
            ArrayPool<byte>.Shared.Return(part.Pooled);
        }
    }
}
