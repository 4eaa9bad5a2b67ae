using Asgiref.Core.Callables.Outgoing;
using Asgiref.Core.Sync.Blocking;
using Asgiref.Core.Sync.Work;

namespace Asgiref.Core.Sync.Flow;

/// <summary>
/// What the library itself knows about the running flow. It lives in the execution context, beside the user's values, and
/// so follows created tasks (CTX-13); it is never brought back to a caller.
/// </summary>
internal sealed record SyncFlow
{
    private static readonly AsyncLocal<SyncFlow?> Ambient = new();
    private static readonly SyncFlow Empty = new();

    /// <summary>A flow of which nothing is known.</summary>
    public static SyncFlow None => Empty;

    /// <summary>The state of the running flow.</summary>
    public static SyncFlow Current
    {
        get => Ambient.Value ?? Empty;
        set => Ambient.Value = ReferenceEquals(value, Empty) ? null : value;
    }

    /// <summary>The pump of the nearest thread that is blocked on this flow (SYNC-21, first).</summary>
    public CurrentThreadExecutor? Pump { get; init; }

    /// <summary>The thread-sensitive context that the flow is in (SYNC-21, second).</summary>
    public ThreadSensitiveContext? SensitiveContext { get; init; }

    /// <summary>The scope whose loop serves blocking calls that have no other loop (ASTC-01).</summary>
    public AsyncSingleThreadContext? SingleThread { get; init; }

    /// <summary>The loop that the flow's asynchronous code belongs to, also while it runs elsewhere.</summary>
    public EventLoop? Loop { get; init; }

    /// <summary>The nearest thread-sensitive call that the flow comes from.</summary>
    public SyncWork? Ancestor { get; init; }

    /// <summary>The call from another process that the flow serves; the calls that it makes are below it in the call tree.</summary>
    public RunningCall? Call { get; init; }

    /// <summary>
    /// Finds the call of this flow that has not ended and keeps the executor's thread: nothing else can run there before
    /// it ends (DEAD-01, DEAD-03). Once the frame that waited for this flow has ended, the calls around that frame do not
    /// wait for the flow any more, and it may queue behind them (CTE-05).
    /// </summary>
    public SyncWork? FindHolder(IWorkExecutor executor)
    {
        var released = Pump is { HasEnded: true } ended ? ended.Caller : null;
        for (var work = Ancestor; work is not null && work != released; work = work.Parent)
        {
            if (!work.HasEnded && work.Executor == executor)
            {
                return work;
            }
        }

        return null;
    }
}
