namespace MovingFunction;

/// <summary>What the function answers.</summary>
/// <param name="Words">How many words the text has.</param>
/// <param name="Longest">The first of its longest words; empty if there is none.</param>
/// <param name="Process">The process that counted: the only thing that a move changes.</param>
public sealed record Counted(int Words, string Longest, int Process);
