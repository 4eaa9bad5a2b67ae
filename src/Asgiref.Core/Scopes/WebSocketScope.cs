namespace Asgiref.Core.Scopes;

/// <summary>One WebSocket (WS-01 to WS-18). Immutable, as every scope.</summary>
public sealed record WebSocketScope : ConnectionScope
{
    /// <summary>The scope type "websocket".</summary>
    public const string TypeName = "websocket";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>"1.1" or "2" (WS-07).</summary>
    public string? HttpVersion { get; init; }

    /// <summary>The HTTP version; "1.1" when absent.</summary>
    public string HttpVersionOrDefault => HttpVersion ?? "1.1";

    /// <summary>"ws" or "wss" (WS-08).</summary>
    public string? Scheme { get; init; }

    /// <summary>The URL scheme; "ws" when absent.</summary>
    public string SchemeOrDefault => Scheme ?? "ws";

    /// <summary>The part after "?"; unlike HTTP's it may be absent (WS-11).</summary>
    public ReadOnlyMemory<byte>? QueryString { get; init; }

    /// <summary>What the client offered, in its order (WS-16).</summary>
    public IReadOnlyList<string> Subprotocols { get; init; } = [];
}
