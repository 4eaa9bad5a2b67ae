namespace Bridge.Client;

/// <summary>How a run ended. Immutable.</summary>
/// <param name="Kind">The way it ended.</param>
/// <param name="Omission">What the application left out when it returned, such as the end of its response, as a sentence; null if nothing.</param>
public sealed record RunEnding(RunEndingKind Kind, string? Omission = null);
