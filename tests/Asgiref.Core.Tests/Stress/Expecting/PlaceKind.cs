namespace Asgiref.Core.Tests.Stress.Expecting;

/// <summary>What kind of thread runs a body.</summary>
internal enum PlaceKind
{
    /// <summary>A thread of the thread pool.</summary>
    Pool,

    /// <summary>A thread of the test's own executor.</summary>
    OwnExecutor,

    /// <summary>The process's thread for thread-sensitive calls.</summary>
    SensitiveThread,

    /// <summary>The thread of the ThreadSensitiveContext that the node has entered.</summary>
    SensitiveContext,

    /// <summary>The thread that is blocked in the node's AsyncToSync.</summary>
    BlockedCaller,

    /// <summary>The thread that the node has started.</summary>
    OwnThread,

    /// <summary>The loop that began with the node.</summary>
    Loop,

    /// <summary>Any: the body is left behind and races with the end of what it came from.</summary>
    Any,
}
