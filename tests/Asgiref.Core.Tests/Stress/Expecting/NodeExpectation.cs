namespace Asgiref.Core.Tests.Stress.Expecting;

/// <summary>What must be seen of a node.</summary>
/// <param name="steps">How many steps its body has.</param>
internal sealed class NodeExpectation(int steps)
{
    /// <summary>Whether its body runs at all.</summary>
    public bool Runs { get; set; }

    /// <summary>How the body ends.</summary>
    public Outcome Body { get; set; }

    /// <summary>What the caller gets; null if it is never called.</summary>
    public Outcome? Seen { get; set; }

    /// <summary>What is seen before each step and, at last, at the end; null where the body does not come.</summary>
    public StepExpectation?[] Steps { get; } = new StepExpectation?[steps + 1];
}
