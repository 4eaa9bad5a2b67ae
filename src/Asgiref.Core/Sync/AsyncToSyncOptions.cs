namespace Asgiref.Core.Sync;

/// <summary>How <see cref="AsyncToSync"/> runs an asynchronous function.</summary>
public sealed record AsyncToSyncOptions
{
    /// <summary>On the loop of the asynchronous code around the caller; without one on a new loop.</summary>
    public static AsyncToSyncOptions Default { get; } = new();

    /// <summary>Whether to run on a new loop also where there is one around the caller (A2S-19). Default false.</summary>
    public bool ForceNewLoop { get; init; }

    /// <summary>How the new loop behaves, if there is one.</summary>
    internal EventLoopOptions NewLoop { get; init; } = EventLoopOptions.Default;
}
