using Asgiref.Core;
using Asgiref.Core.Callables;

namespace CallWorker.Trees;

/// <summary>Compares what a function of a tree sees with its plan.</summary>
/// <param name="process">The process's name.</param>
/// <param name="mismatch">Takes the number of a tree and what was wrong there.</param>
internal sealed class TreeWatch(string process, Action<int, string> mismatch)
{
    public string Process => process;

    public void Tell(TreeNode node, string what) => mismatch(node.Tree, $"#{node.Id} {node.Kind} in {process} {what}");

    public void CheckBag(TreeNode node, string when, string? expected)
    {
        if (expected is not null && Deeds.BagText() is var seen && seen != expected)
        {
            Tell(node, $"sees the bag \"{seen}\" {when} and not \"{expected}\"");
        }
    }

    /// <returns>The sum of the result.</returns>
    public int Check(TreeNode node, TreeNode child, TreeResult result)
    {
        var expected = new TreeResult(child.Tree, child.Id, child.Sum);
        if (result != expected || child.Fault is not null)
        {
            Tell(node, $"got {result} and not {(child.Fault is null ? $"{expected}" : $"the exception of #{child.Fault}")}");
        }

        return result.Sum;
    }

    /// <summary>Whether the exception of a call is the planned one and does not come out of the function that made it.</summary>
    public bool IsPlanned(TreeNode node, TreeStep step, TreeNode child, Exception error)
    {
        var isPlanned = step.Kind switch
        {
            TreeStepKind.Leave => error is OperationCanceledException,
            TreeStepKind.Limit => error is CallTimeoutException,
            _ => child.Fault is { } fault && TreeFault.Is(error, node.Tree, fault),
        };
        var isLeft = AsgiCancellation.Token.IsCancellationRequested;

        // What a process's loss brings is judged at the root; of a function that is left, and so of those around it, anything
        // may be the first to end.
        if (!isPlanned && !isLeft && !node.IsLeft && !TreeFault.IsLoss(error))
        {
            Tell(node, $"{step.Kind} of #{child.Id} ended with {Deeds.Describe(error)}");
        }

        return isPlanned && step.Catches && !isLeft;
    }
}
