namespace Asgiref.Core.Callables;

/// <summary>What a callable is.</summary>
public enum CallableKind
{
    /// <summary>An ordinary function: it occupies a thread while it runs.</summary>
    Sync,

    /// <summary>An asynchronous function.</summary>
    Async,

    /// <summary>A function with many results, one after the other.</summary>
    Stream,
}
