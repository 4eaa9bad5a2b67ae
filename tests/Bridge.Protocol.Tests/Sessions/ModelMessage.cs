using Bridge.Protocol.V1;

namespace Bridge.Protocol.Tests.Sessions;

/// <summary>One send of a model exchange. Its bytes follow from its place, so that the receiver can tell them.</summary>
internal sealed record ModelMessage(PayloadKind Kind, byte[] Data, bool More)
{
    public static List<ModelMessage> Random(Random random, int count, int largest, bool eventsOnly = false)
    {
        var messages = new List<ModelMessage>();
        for (var index = 0; index < count; index++)
        {
            var data = new byte[random.Next(3) == 0 ? random.Next(3) : random.Next(largest)];
            random.NextBytes(data);
            var isEvent = eventsOnly || random.Next(2) == 0;
            messages.Add(new(isEvent ? PayloadKind.Event : PayloadKind.Body, data, !isEvent && random.Next(2) == 0));
        }

        return messages;
    }
}
