using Asgiref.Core.Headers;

namespace Asgiref.Core.Scopes;

/// <summary>The keys that HTTP and WebSocket scopes share (WS-04). Immutable, as every scope.</summary>
public abstract record ConnectionScope : AsgiScope
{
    /// <summary>The version of the HTTP and WebSocket specification; "2.0" when absent (CORE-09).</summary>
    public string SpecVersionOrDefault => Asgi.SpecVersion ?? "2.0";

    /// <summary>The request target without its query, percent sequences and UTF-8 decoded; includes the root path (HTTP-16, HTTP-20).</summary>
    public required string Path { get; init; }

    /// <summary>The original bytes of the path, without the query (HTTP-17).</summary>
    public ReadOnlyMemory<byte>? RawPath { get; init; }

    /// <summary>The mount point, as WSGI's SCRIPT_NAME (HTTP-19).</summary>
    public string? RootPath { get; init; }

    /// <summary>The mount point; empty when absent.</summary>
    public string RootPathOrDefault => RootPath ?? "";

    /// <summary>The header fields, in order, names lower-case, no pseudo headers (HTTP-21 to HTTP-23).</summary>
    public AsgiHeaders Headers { get; init; } = AsgiHeaders.Empty;

    /// <summary>The peer; null when unknown.</summary>
    public ClientAddress? Client { get; init; }

    /// <summary>The listening address; null when unknown.</summary>
    public ServerAddress? Server { get; init; }
}
