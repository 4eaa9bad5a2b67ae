using System.Collections;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions.Wire;

/// <summary>
/// The batches of a stream as they are read, one after the other. The frames are used again for the next one; the bytes in
/// them and the targets of calls are not. For one reader.
/// </summary>
/// <remarks>
/// It reads the frames that there are most of itself, and leaves the others, and every frame and batch that is not just as
/// writers write it, to the generated parser. So what is malformed, and what a newer peer may add, is the generated parser's to
/// say, here as everywhere.
/// </remarks>
internal sealed class ReceivedBatch : IReadOnlyList<Frame>
{
    private readonly FrameReader _reader = new();
    private readonly List<Frame> _frames = new(FrameBatch.MaxFrames);

    /// <summary>The bytes of the whole message.</summary>
    public int Bytes { get; private set; }

    public int Count => _frames.Count;

    public Frame this[int index] => _frames[index];

    /// <summary>Becomes the batch of these bytes, which are the caller's again afterwards; gives itself.</summary>
    /// <exception cref="Google.Protobuf.InvalidProtocolBufferException">It is malformed.</exception>
    public ReceivedBatch Read(ReadOnlySpan<byte> message)
    {
        Clear();
        Bytes = message.Length;
        var fields = new WireFields(message);
        while (!fields.IsDone)
        {
            var start = message.Length - fields.Left;
            if (_frames.Count == FrameBatch.MaxFrames || !fields.TryTakeBytes(OpenRequest.FramesFieldNumber, out var bytes))
            {
                Clear();
                Bytes = message.Length;
                _frames.AddRange(OpenRequest.Parser.ParseFrom(message).Frames);
                return this;
            }

            // The field alone is a batch of one frame: so the limits of nesting are those of the whole.
            _frames.Add(_reader.TryRead(bytes, _frames.Count, out var frame)
                ? frame
                : OpenRequest.Parser.ParseFrom(message[start..^fields.Left]).Frames[0]);
        }

        return this;
    }

    /// <summary>Lets the batch go when it has been handled.</summary>
    public void Clear()
    {
        _reader.Clear(_frames.Count);
        _frames.Clear();
        Bytes = 0;
    }

    public IEnumerator<Frame> GetEnumerator() => _frames.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
