using Asgiref.Core.Values;

namespace Asgiref.Core.Scopes;

/// <summary>
/// What is known of a connection when it opens. Immutable: middleware hands on a changed copy made with <c>with</c>
/// (CORE-26). A null property was absent; where the specification gives a default, an <c>…OrDefault</c> property
/// beside it applies it, there and nowhere else (CORE-25, PB-01). An absent list is the same as an empty one.
/// </summary>
public abstract record AsgiScope
{
    /// <summary>The protocol name (CORE-06).</summary>
    public abstract string Type { get; }

    /// <summary>The versions that the server speaks.</summary>
    public AsgiVersions Asgi { get; init; } = new(AsgiVersions.Current);

    /// <summary>
    /// The protocol extensions that this connection can serve, by name (CORE-30); an application uses an extension
    /// only if it is listed (CORE-32). Empty when the key was absent.
    /// </summary>
    public AsgiValueMap Extensions { get; init; } = AsgiValueMap.Empty;

    /// <summary>
    /// What lifespan startup left for the requests: a shallow copy of it for each scope (LIFE-07). Null when the server
    /// does not support it. Holds live objects, so it never crosses a wire. The one mutable part of a scope: the dictionary is
    /// this instance's own and not safe for concurrent use; the objects in it are shared by all instances.
    /// </summary>
    public IDictionary<string, object?>? State { get; init; }

    /// <summary>Keys that this library does not know; passed through (CORE-18, GAP-22).</summary>
    public AsgiValueMap Extra { get; init; } = AsgiValueMap.Empty;
}
