namespace Bridge.Bench;

/// <summary>One of the things that are compared.</summary>
/// <param name="Name">As the reports name it.</param>
/// <param name="Rate">Runs it for the given time and returns its rate in operations a second, or what else the scenario measures.</param>
public sealed record Leg(string Name, Func<TimeSpan, Task<double>> Rate);
