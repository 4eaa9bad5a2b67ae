namespace Asgiref.Core.Tests.Stress.Planning;

/// <summary>What one flow does: a tree of calls. Pure data; the same seed and number make the same plan.</summary>
internal sealed class StressPlan
{
    private StressPlan(int seed, int number, PlanNode root)
    {
        Seed = seed;
        Number = number;
        Root = root;
        Nodes = [.. Flatten(root).OrderBy(node => node.Id)];
    }

    public int Seed { get; }

    /// <summary>The number of the flow.</summary>
    public int Number { get; }

    public PlanNode Root { get; }

    /// <summary>All nodes, each at the index of its id.</summary>
    public IReadOnlyList<PlanNode> Nodes { get; }

    public static StressPlan Create(int seed, int number) => new(seed, number, new PlanGenerator(seed, number).Root());

    public override string ToString() => PlanText.Of(this);

    private static IEnumerable<PlanNode> Flatten(PlanNode node) =>
        node.Steps.SelectMany(step => step.Calls).SelectMany(Flatten).Prepend(node);
}
