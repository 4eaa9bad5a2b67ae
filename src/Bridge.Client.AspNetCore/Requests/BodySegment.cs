using System.Buffers;

namespace Bridge.Client.AspNetCore.Requests;

/// <summary>The bytes of one event in the chain that a reader of the body sees.</summary>
internal sealed class BodySegment : ReadOnlySequenceSegment<byte>
{
    public BodySegment(ReadOnlyMemory<byte> bytes, BodySegment? after)
    {
        Memory = bytes;
        if (after is not null)
        {
            RunningIndex = after.RunningIndex + after.Memory.Length;
            after.Next = this;
        }
    }

    public long End => RunningIndex + Memory.Length;

    public BodySegment? Following => (BodySegment?)Next;
}
