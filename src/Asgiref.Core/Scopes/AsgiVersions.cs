namespace Asgiref.Core.Scopes;

/// <summary>The <c>asgi</c> entry of a scope (CORE-07 to CORE-09). Immutable.</summary>
/// <param name="Version">The ASGI version; <see cref="WhenAbsent"/> for a peer that leaves it out.</param>
/// <param name="SpecVersion">
/// The version of the protocol's own specification; null when it was left out, which means "2.0" for HTTP and
/// WebSocket and "1.0" for lifespan.
/// </param>
public sealed record AsgiVersions(string Version, string? SpecVersion = null)
{
    /// <summary>The ASGI version that this library speaks.</summary>
    public const string Current = "3.0";

    /// <summary>The ASGI version of a peer that names none (CORE-08).</summary>
    public const string WhenAbsent = "2.0";
}
