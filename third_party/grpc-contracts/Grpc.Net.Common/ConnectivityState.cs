namespace Grpc.Core;

/// <summary>What a channel's connection is doing.</summary>
public enum ConnectivityState
{
    /// <summary>Nothing; the next call connects.</summary>
    Idle,

    /// <summary>Connecting.</summary>
    Connecting,

    /// <summary>Connected.</summary>
    Ready,

    /// <summary>Failed; a later try may succeed.</summary>
    TransientFailure,

    /// <summary>Ended for good.</summary>
    Shutdown,
}
