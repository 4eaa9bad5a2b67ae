using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Tests.Sessions;

/// <summary>
/// Holds what one side of an exchange receives against what the other sends: everything in order, once, events whole.
/// </summary>
internal sealed class ModelReader(List<ModelMessage> expected)
{
    private int _index;
    private int _offset;

    public bool IsComplete => _index == expected.Count;

    public void Check(Received received)
    {
        Assert.False(IsComplete, "More came than was sent.");
        var message = expected[_index];
        Assert.Equal(message.Kind, received.Kind == ReceivedKind.Event ? PayloadKind.Event : PayloadKind.Body);
        Assert.True(received.Data.Span.SequenceEqual(message.Data.AsSpan(_offset, received.Data.Length)), "Other bytes came than were sent.");
        _offset += received.Data.Length;
        var whole = _offset == message.Data.Length && (received.Kind == ReceivedKind.Event || received.More == message.More);
        if (received.Kind == ReceivedKind.Event)
        {
            Assert.True(whole, "An event came in parts.");
        }
        else if (!whole)
        {
            Assert.True(received.More, "A body ended early.");
        }

        if (whole)
        {
            _index++;
            _offset = 0;
        }
    }
}
