namespace Asgiref.Core.Scopes;

/// <summary>The peer of a connection (HTTP-24). Immutable.</summary>
/// <param name="Host">An IPv4 or IPv6 address, or what a trusted proxy said.</param>
/// <param name="Port">The port, 0 to 65535; 0 when unknown (GAP-23).</param>
public sealed record ClientAddress(string Host, int Port);
