namespace Asgiref.Core.Server;

/// <summary>
/// What a <see cref="StatelessServer{TScopeId}"/> holds now and has counted since it was made, as an immutable copy; each number is right by
/// itself, together they may be a moment apart.
/// </summary>
public readonly record struct StatelessServerStatistics
{
    /// <summary>Instances that take events now; never above <see cref="StatelessServerOptions.MaxApplications"/>.</summary>
    public int Active { get; init; }

    /// <summary>Instances that were told to end and have not yet; never above <see cref="StatelessServerOptions.MaxLeavingApplications"/>
    /// unless fewer than the maximum are active.</summary>
    public int Leaving { get; init; }

    /// <summary>Instances made.</summary>
    public long Started { get; init; }

    /// <summary>Instances that have ended in any way.</summary>
    public long Ended { get; init; }

    /// <summary>Of those, the ones that ended with an exception.</summary>
    public long Failed { get; init; }

    /// <summary>Instances ended by the limit.</summary>
    public long Evicted { get; init; }

    /// <summary>Instances ended by the idle time-out.</summary>
    public long IdledOut { get; init; }

    /// <summary>Instances that ignored their cancellation for <see cref="StatelessServerOptions.CancellationTime"/>.</summary>
    public long Abandoned { get; init; }

    /// <summary>Events that no application took: dropped from a full queue, or unread when the instance ended (SRV-14).</summary>
    public long DroppedEvents { get; init; }
}
