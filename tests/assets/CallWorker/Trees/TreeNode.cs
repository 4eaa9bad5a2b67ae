namespace CallWorker.Trees;

/// <summary>One function of a planned tree of calls: what it does, and what it must see. It crosses as JSON with all that is below it.</summary>
public sealed record TreeNode
{
    /// <summary>The number of the tree.</summary>
    public required int Tree { get; init; }

    /// <summary>The number within the tree.</summary>
    public required int Id { get; init; }

    /// <summary>The process that it runs in.</summary>
    public required string Process { get; init; }

    /// <summary>How it runs.</summary>
    public required TreeKind Kind { get; init; }

    /// <summary>The name of the thread that it runs on; null for any.</summary>
    public string? Place { get; init; }

    /// <summary>The bag that it begins with.</summary>
    public required string Bag { get; init; }

    /// <summary>What it does, one after the other.</summary>
    public required IReadOnlyList<TreeStep> Steps { get; init; }

    /// <summary>Its id and those of all below it that return to it, added up.</summary>
    public int Sum { get; init; }

    /// <summary>How it ends: null for a result, else the node whose exception comes out of it.</summary>
    public int? Fault { get; init; }

    /// <summary>Whether a caller of it or above it leaves it at any moment: its threads may have gone by then.</summary>
    public bool IsLeft { get; init; }

    /// <summary>The name of its function.</summary>
    public string Callable => NameOf(Process, Kind);

    public static string NameOf(string process, TreeKind kind) => $"{process}.tree{kind}";
}
