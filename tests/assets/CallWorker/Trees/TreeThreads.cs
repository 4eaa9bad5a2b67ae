using System.Collections.Concurrent;

namespace CallWorker.Trees;

/// <summary>
/// Which thread of this process is which place of a tree: the first function that runs at a place says so, and all later ones
/// must be there. Safe for concurrent use.
/// </summary>
internal sealed class TreeThreads
{
    /// <summary>The place that all trees share.</summary>
    public const string OfProcess = "process";

    [ThreadStatic]
    private static int Occupant;

    private readonly ConcurrentDictionary<(int Tree, string Place), int> _threads = new();

    /// <summary>Enters the running thread.</summary>
    /// <param name="node">What runs there until <see cref="Leave"/>.</param>
    /// <param name="before">To be handed to <see cref="Leave"/>.</param>
    /// <returns>What is wrong with it; null for nothing.</returns>
    public string? Enter(TreeNode node, out int before)
    {
        before = Occupant;
        Occupant = node.Tree;
        if (before != 0 && before != node.Tree)
        {
            return $"runs on a thread on which tree {before} is blocked";
        }

        if (node.Place is null || node.IsLeft)
        {
            return null;
        }

        var own = Environment.CurrentManagedThreadId;
        var thread = _threads.GetOrAdd((node.Place == OfProcess ? 0 : node.Tree, node.Place), own);
        return Thread.CurrentThread.IsThreadPoolThread ? $"runs on thread {own} of the pool and not on {node.Place}"
            : thread != own ? $"runs on thread {own} and not on {thread}, which is {node.Place}"
            : null;
    }

    public static void Leave(int before) => Occupant = before;
}
