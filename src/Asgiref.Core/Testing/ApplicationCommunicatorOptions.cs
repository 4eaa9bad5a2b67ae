namespace Asgiref.Core.Testing;

/// <summary>What an <see cref="ApplicationCommunicator"/> does where asgiref leaves room. Immutable.</summary>
public sealed record ApplicationCommunicatorOptions
{
    /// <summary>
    /// True: what an application sent before it failed can be received before its exception is raised. False, as in
    /// asgiref and by default: the exception comes first, so that a test never overlooks it (TEST-08).
    /// </summary>
    public bool DrainsBeforeFailure { get; init; }

    /// <summary>
    /// True, as in asgiref: a wait for the end that runs out of time cancels the application and returns. False, by
    /// default: it also raises a <see cref="TimeoutException"/> (TEST-17).
    /// </summary>
    public bool EndsWaitQuietly { get; init; }

    /// <summary>
    /// Events that each queue holds; 1,024 by default. A full input queue refuses more; on a full output queue the
    /// application's <c>send</c> waits, as it does for a slow client.
    /// </summary>
    public int QueueCapacity { get; init; } = 1024;

    /// <summary>
    /// How long a cancelled application may take to end; 5 seconds by default. .NET cannot interrupt code that looks at
    /// no token: such an application is reported and left behind.
    /// </summary>
    public TimeSpan CancelTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gives the time of all waits; the system's clock by default.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
