using Asgiref.Core.Rules;

namespace Asgiref.Core.Hosting;

/// <summary>How an instance ended.</summary>
/// <param name="Kind">The way it ended.</param>
/// <param name="Progress">How far its sending side had come.</param>
/// <param name="Reason">A sentence for a log or a peer: what was missing, why it was refused; null when all is well.</param>
/// <param name="Error">What the application raised, with <see cref="EndingKind.Failed"/>.</param>
internal readonly record struct InstanceEnding(EndingKind Kind, SendProgress Progress, string? Reason = null, Exception? Error = null)
{
    /// <summary>What lies behind it.</summary>
    public EndingCause Cause { get; init; }

    /// <summary>
    /// Ends when the application has really returned, if the host has given up waiting for it; null if it has returned.
    /// </summary>
    public Task? StillRunning { get; init; }

    /// <summary>The ending of an instance whose driver has left: by itself, or because a limit of its own was reached.</summary>
    public static InstanceEnding Left(IDriver driver, SendProgress progress = default, Exception? error = null) => driver.TimedOut is { } limit
        ? new InstanceEnding(EndingKind.TimedOut, progress, limit, error)
        : new InstanceEnding(EndingKind.Disconnected, progress, null, error);
}
