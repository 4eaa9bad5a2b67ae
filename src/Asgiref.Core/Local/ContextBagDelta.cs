using Asgiref.Core.Values;

namespace Asgiref.Core.Local;

/// <summary>What a call changed in the context bag. Immutable.</summary>
/// <param name="Set">The values that were set, by name.</param>
/// <param name="Removed">The names that were removed; none of them is in <paramref name="Set"/>.</param>
public sealed record ContextBagDelta(AsgiValueMap Set, IReadOnlyList<string> Removed)
{
    /// <summary>No change.</summary>
    public static ContextBagDelta None { get; } = new(AsgiValueMap.Empty, []);

    /// <summary>Whether nothing was changed.</summary>
    public bool IsEmpty => Set.Count == 0 && Removed.Count == 0;
}
