namespace Bridge.Server.Stateless;

/// <summary>An event that is not acknowledged because it waits outside the queue of its instance.</summary>
internal sealed class WaitingEvent(FeedEvent message)
{
    public FeedEvent Message => message;

    /// <summary>Whether it has been handed over or reported. Guarded by the intake's lock.</summary>
    public bool IsDone { get; set; }
}
