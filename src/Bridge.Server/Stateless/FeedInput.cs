using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Bridge.Protocol;
using Bridge.Protocol.Mapping;
using Bridge.Server.Grpc;
using Bridge.Server.Metrics;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Stateless;

/// <summary>Makes events and scopes of what a connector sends, within the limits.</summary>
internal sealed class FeedInput(StatelessOptions options)
{
    /// <summary>What an event costs beside its bytes while it is held.</summary>
    private const int EventCharge = 64;

    private const int LongestId = 256;

    /// <summary>The scope that came with an event; null if none did.</summary>
    /// <exception cref="InvalidMessageException">It is no custom scope.</exception>
    /// <exception cref="LimitReachedException">It is too large.</exception>
    public FeedScope? ScopeOf(V1.FeedInputEvent input)
    {
        if (input.ScopeId.Length is 0 or > LongestId)
        {
            throw Wrong(input, "scope_id", $"it has {input.ScopeId.Length} characters; it has 1 to {LongestId}.");
        }

        if (input.Scope is null)
        {
            return null;
        }

        Check(input, Limit.FeedScopeBytes, "scope", input.Scope.CalculateSize(), options.ScopeBytes, nameof(options.ScopeBytes));
        AsgiScope scope;
        try
        {
            scope = ScopeMapping.FromMessage(input.Scope);
        }
        catch (InvalidMessageException invalid)
        {
            throw new InvalidMessageException(Name(input), invalid.Message, invalid);
        }

        return scope is CustomScope
            ? new FeedScope(input.ScopeId, scope)
            : throw Wrong(input, "scope", $"it is of type {scope.Type}; a feed has custom scopes.");
    }

    /// <summary>The event.</summary>
    /// <exception cref="InvalidMessageException">It is no custom event.</exception>
    /// <exception cref="LimitReachedException">It is too large.</exception>
    public FeedEvent EventOf(V1.FeedInputEvent input)
    {
        if (input.Event is null)
        {
            throw Wrong(input, "event", "it is missing.");
        }

        var bytes = input.Event.CalculateSize();
        Check(input, Limit.FeedEventBytes, "event", bytes, options.EventBytes, nameof(options.EventBytes));
        AsgiEvent message;
        try
        {
            message = EventMapping.FromMessage(input.Event);
        }
        catch (InvalidMessageException invalid)
        {
            throw new InvalidMessageException(Name(input), invalid.Message, invalid);
        }

        return message is CustomEvent
            ? new FeedEvent(input.Seq, input.ScopeId, message, bytes + EventCharge)
            : throw Wrong(input, "event", $"it is {message.Type}; a feed has custom events.");
    }

    public static InvalidMessageException Wrong(V1.FeedInputEvent input, string field, string problem) => new($"{Name(input)}.{field}", problem);

    private static void Check(V1.FeedInputEvent input, Limit limit, string field, int bytes, int most, string key)
    {
        if (bytes > most)
        {
            throw new LimitReachedException(
                limit, $"{Name(input)}.{field} takes {bytes} bytes; at most {most} are taken ({StatelessOptions.Section}:{key}).");
        }
    }

    private static string Name(V1.FeedInputEvent input) => $"input.events[seq {input.Seq}]";
}
