namespace CallWorker.Trees;

/// <summary>How a function of a tree runs, and waits for those that it calls.</summary>
public enum TreeKind
{
    /// <summary>It awaits.</summary>
    Async,

    /// <summary>It blocks, on the thread that it has to have.</summary>
    Sync,

    /// <summary>It blocks, on a thread of the pool.</summary>
    Pooled,
}
