namespace Bridge.Bench;

/// <summary>One comparison.</summary>
/// <param name="Name">As the reports name it.</param>
/// <param name="Legs">What is measured, then its peer, then what else is to be seen beside them.</param>
public sealed record Scenario(string Name, params IReadOnlyList<Leg> Legs)
{
    /// <summary>What the legs' numbers are.</summary>
    public string Unit { get; init; } = "per second";
}
