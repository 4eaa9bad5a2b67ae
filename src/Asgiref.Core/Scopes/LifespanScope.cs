namespace Asgiref.Core.Scopes;

/// <summary>The life of an application in its process (LIFE-01 to LIFE-08).</summary>
public sealed record LifespanScope : AsgiScope
{
    /// <summary>The scope type "lifespan".</summary>
    public const string TypeName = "lifespan";

    /// <inheritdoc/>
    public override string Type => TypeName;
}
