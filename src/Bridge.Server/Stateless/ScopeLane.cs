namespace Bridge.Server.Stateless;

/// <summary>One scope id of a feed: its scope, and its events that wait outside the queue of its instance. Guarded by the intake's lock.</summary>
internal sealed class ScopeLane
{
    public ScopeLane(FeedScope scope)
    {
        Scope = scope;
        Use = new LinkedListNode<ScopeLane>(this);
    }

    /// <summary>The newest that the connector has given.</summary>
    public FeedScope Scope { get; set; }

    /// <summary>Events that wait, in order; while there are any, one task hands them over.</summary>
    public Queue<WaitingEvent> Waiting { get; } = new(0);

    /// <summary>The wait for a place for its instance that its first waiting event has begun.</summary>
    public Task? Opening { get; set; }

    /// <summary>Its place in the order of use.</summary>
    public LinkedListNode<ScopeLane> Use { get; }
}
