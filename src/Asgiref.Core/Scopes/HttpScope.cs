namespace Asgiref.Core.Scopes;

/// <summary>One HTTP request (HTTP-01, HTTP-10 to HTTP-27). Immutable, as every scope.</summary>
public sealed record HttpScope : ConnectionScope
{
    /// <summary>The scope type "http".</summary>
    public const string TypeName = "http";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>One of "1.0", "1.1", "2", "3" (HTTP-13, MOVE-01).</summary>
    public required string HttpVersion { get; init; }

    /// <summary>The method in upper case (HTTP-14).</summary>
    public required string Method { get; init; }

    /// <summary>The URL scheme (HTTP-15).</summary>
    public string? Scheme { get; init; }

    /// <summary>The URL scheme; "http" when absent.</summary>
    public string SchemeOrDefault => Scheme ?? "http";

    /// <summary>The part after "?", still percent-encoded, without the "?" (HTTP-18).</summary>
    public ReadOnlyMemory<byte> QueryString { get; init; }
}
