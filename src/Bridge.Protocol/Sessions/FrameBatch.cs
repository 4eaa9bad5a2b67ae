using System.Buffers;
using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// The batch that the writer fills, writes and clears. Its frames, payloads and openings are used again and again: a
/// frame of data allocates the handle on its bytes and nothing else. The writer's alone.
/// </summary>
internal sealed class FrameBatch
{
    /// <summary>The most frames in a batch.</summary>
    public const int MaxFrames = 64;

    /// <summary>The most bytes in a batch.</summary>
    public const int MaxBytes = 256 * 1024;

    // What a frame may have besides a payload: a sentence of 4 KiB and a little, or the path of a call.
    private const int MaxFrameOverhead = 8 * 1024;

    private readonly List<Frame> _frames = new(MaxFrames);
    private readonly Frame[] _frameSlots = new Frame[MaxFrames];
    private readonly Payload[] _payloadSlots = new Payload[MaxFrames];
    private readonly OpenExchange[] _openSlots = new OpenExchange[MaxFrames];
    private readonly List<byte[]> _pooled = new(MaxFrames);
    private int _largestFrame = SessionOptions.MaxPayloadBytes + MaxFrameOverhead;

    /// <summary>What is in the batch.</summary>
    public IReadOnlyList<Frame> Frames => _frames;

    /// <summary>The bytes of all frames.</summary>
    public int Bytes { get; private set; }

    /// <summary>Whether another frame of any kind fits.</summary>
    public bool HasRoom => _frames.Count < MaxFrames && Bytes + _largestFrame <= MaxBytes;

    /// <summary>Tells how large payloads can be, which lets more of them into a batch.</summary>
    public void SetPayloadLimit(int payloadBytes) => _largestFrame = payloadBytes + MaxFrameOverhead;

    /// <summary>The next frame, to be given its kind before <see cref="Add"/>.</summary>
    public Frame Next(ulong exchange, int credit)
    {
        var index = _frames.Count;
        var frame = _frameSlots[index] ??= new Frame();
        frame.ClearKind();
        frame.Exchange = exchange;
        frame.Credit = (uint)credit;
        return frame;
    }

    /// <summary>Adds the frame of <see cref="Next"/>.</summary>
    public void Add(Frame frame)
    {
        _frames.Add(frame);
        Bytes += SizeInBatch(frame);
    }

    /// <summary>The bytes of a frame as a field of a batch: its tag, its length and itself.</summary>
    public static int SizeInBatch(Frame frame)
    {
        var size = frame.CalculateSize();
        return 1 + CodedOutputStream.ComputeLengthSize(size) + size;
    }

    /// <summary>Adds a frame of data.</summary>
    public void AddPayload(ulong exchange, int credit, OutboundPayload part)
    {
        var payload = _payloadSlots[_frames.Count] ??= new Payload();
        payload.Kind = part.Kind;
        payload.Data = Wrap(part);
        payload.More = part.More;
        payload.Ended = part.Ended;
        var frame = Next(exchange, credit);
        frame.Payload = payload;
        Add(frame);
    }

    /// <summary>Adds the frame that opens an exchange.</summary>
    public void AddOpen(ulong exchange, in ExchangeTarget target, OutboundPayload head)
    {
        var open = _openSlots[_frames.Count] ??= new OpenExchange();
        if (target.Call is { } call)
        {
            open.Call = call;
        }
        else
        {
            open.Instance = target.Instance;
        }

        open.Head = Wrap(head);
        open.MoreHead = head.More;
        var frame = Next(exchange, credit: 0);
        frame.Open = open;
        Add(frame);
    }

    /// <summary>Empties the batch when the transport has it.</summary>
    public void Clear()
    {
        foreach (var frame in _frames)
        {
            frame.ClearKind();
        }

        for (var index = 0; index < _frames.Count; index++)
        {
            if (_payloadSlots[index] is { } payload)
            {
                payload.Data = ByteString.Empty;
            }

            if (_openSlots[index] is { } open)
            {
                open.ClearTarget();
                open.Head = ByteString.Empty;
            }
        }

        foreach (var array in _pooled)
        {
            ArrayPool<byte>.Shared.Return(array);
        }

        _pooled.Clear();
        _frames.Clear();
        Bytes = 0;
    }

    private ByteString Wrap(OutboundPayload part)
    {
        if (part.Pooled is not null)
        {
            _pooled.Add(part.Pooled);
        }

        return part.Data.IsEmpty ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(part.Data);
    }
}
