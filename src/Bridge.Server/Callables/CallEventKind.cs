namespace Bridge.Server.Callables;

/// <summary>What a serialized event of a call is.</summary>
internal enum CallEventKind
{
    /// <summary>Nothing that can be read.</summary>
    None,

    Item,

    Result,

    Error,
}
