using Bridge.Protocol;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Stateless;

/// <summary>The first message of a call of <c>Feed</c>, checked.</summary>
internal readonly record struct FeedGreeting(string FeedId, string Application, ulong Epoch, ulong LastReceived, ulong Acknowledged)
{
    private const int LongestName = 128;

    /// <summary>Whether the connector goes on with something, so that a feed without it is of no use.</summary>
    public bool GoesOn => LastReceived > 0 || Acknowledged > 0;

    /// <exception cref="InvalidMessageException">The message is not a right hello.</exception>
    public static FeedGreeting Of(V1.FeedRequest request)
    {
        if (request.KindCase != V1.FeedRequest.KindOneofCase.Hello)
        {
            throw new InvalidMessageException("hello", "the first message is not the hello.");
        }

        var hello = request.Hello;
        CheckName("hello.feed_id", hello.FeedId);
        CheckName("hello.application", hello.Application);
        return hello.Epoch > 0
            ? new FeedGreeting(hello.FeedId, hello.Application, hello.Epoch, hello.LastReceived, hello.Acknowledged)
            : throw new InvalidMessageException("hello.epoch", "it is missing; it is above 0.");
    }

    private static void CheckName(string field, string name)
    {
        if (name.Length is 0 or > LongestName)
        {
            throw new InvalidMessageException(field, $"it has {name.Length} characters; it has 1 to {LongestName}.");
        }
    }
}
