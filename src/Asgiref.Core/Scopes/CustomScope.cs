namespace Asgiref.Core.Scopes;

/// <summary>
/// A scope of a protocol that is not in the specification, such as one chat user of a
/// <c>StatelessServer</c>; its content is in <see cref="AsgiScope.Extra"/>. Immutable, as every scope.
/// </summary>
/// <param name="Protocol">The protocol name; not one of "http", "websocket", "lifespan".</param>
public sealed record CustomScope(string Protocol) : AsgiScope
{
    /// <inheritdoc/>
    public override string Type => Protocol;
}
