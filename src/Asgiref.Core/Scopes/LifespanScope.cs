namespace Asgiref.Core.Scopes;

/// <summary>The life of an application in its process (LIFE-01 to LIFE-08). Immutable, as every scope.</summary>
public sealed record LifespanScope : AsgiScope
{
    /// <summary>The scope type "lifespan".</summary>
    public const string TypeName = "lifespan";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The version of the lifespan specification; "1.0" when absent (CORE-09).</summary>
    public string SpecVersionOrDefault => Asgi.SpecVersion ?? "1.0";
}
