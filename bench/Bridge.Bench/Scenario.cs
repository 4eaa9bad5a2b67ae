namespace Bridge.Bench;

/// <summary>One comparison. Each half runs for the given time and returns its rate in operations a second.</summary>
internal sealed record Scenario(string Name, string Peer, Func<TimeSpan, Task<double>> Bridge, Func<TimeSpan, Task<double>> Bare);
