namespace Asgiref.Core.Callables;

/// <summary>What others are told of a callable. Immutable.</summary>
/// <param name="Name">Its name, 1 to 128 characters.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Affinity">Where it runs, if it is synchronous.</param>
/// <param name="Input">What it takes, for people and tools; at most 256 characters, empty for nothing.</param>
/// <param name="Output">What it gives, or what each item is; as <paramref name="Input"/>.</param>
public sealed record CallableDescription(string Name, CallableKind Kind, ThreadAffinity Affinity, string Input, string Output);
