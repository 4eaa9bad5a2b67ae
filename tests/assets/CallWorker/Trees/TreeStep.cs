namespace CallWorker.Trees;

/// <summary>What a function does next.</summary>
public sealed record TreeStep
{
    public required TreeStepKind Kind { get; init; }

    /// <summary>The functions that it calls.</summary>
    public IReadOnlyList<TreeNode> Children { get; init; } = [];

    /// <summary>The name of a value of the bag.</summary>
    public string Name { get; init; } = "";

    /// <summary>The value; empty to remove it.</summary>
    public string Value { get; init; } = "";

    /// <summary>When it leaves a call, or the time that the call gets. Unit: milliseconds.</summary>
    public int Milliseconds { get; init; }

    /// <summary>Whether it goes on after the exception of a function that it called; else that comes out of it.</summary>
    public bool Catches { get; init; }

    /// <summary>The bag after the step; null if the step is the last.</summary>
    public string? Bag { get; init; }
}
