using System.Diagnostics.CodeAnalysis;

namespace Bridge.Protocol.Mapping;

/// <summary>
/// Where a walk through nested values stands. Keys are only noted on the way down, and put into words for an error: a peer
/// chooses them, so joining them for every value would cost it little and us much.
/// </summary>
internal sealed class ValuePath(string field)
{
    private readonly List<string> _keys = [];
    private int _depth;

    public void Push(string key) => _keys.Add(key);

    public void Pop() => _keys.RemoveAt(_keys.Count - 1);

    /// <summary>Enters a list or map.</summary>
    /// <exception cref="InvalidMessageException">The nesting is too deep.</exception>
    public void Enter()
    {
        if (++_depth > ValueMapping.MaxNesting)
        {
            Fail<int>($"lists and maps lie more than {ValueMapping.MaxNesting} levels deep in each other.");
        }
    }

    public void Leave() => _depth--;

    [DoesNotReturn]
    public T Fail<T>(string problem) => MappingChecks.Fail<T>(
        field + string.Concat(_keys.Select(key => $"[{MappingChecks.Shorten(key)}]")), problem);
}
