namespace Asgiref.Core.Tests.Stress.Planning;

/// <summary>One step of a body.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Argument">The key of a value, the node whose token is fired, or the node that is parked.</param>
/// <param name="Catches">Whether the failures of its calls end here.</param>
/// <param name="Calls">The nodes that it calls.</param>
internal sealed record PlanStep(StepKind Kind, int Argument, bool Catches, IReadOnlyList<PlanNode> Calls)
{
    public static PlanStep Do(StepKind kind, int argument = -1) => new(kind, argument, Catches: false, []);
}
