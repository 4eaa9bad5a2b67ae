using Asgiref.Core.Scopes;

namespace Asgiref.Core.Compatibility;

/// <summary>
/// An ASGI 2.0 application as an object; see <see cref="LegacyAsgiApplication"/>. One object serves every connection: it is
/// called for many at the same time, on any thread.
/// </summary>
public interface ILegacyAsgiApplication
{
    /// <inheritdoc cref="LegacyAsgiApplication"/>
    AsgiInstance Create(AsgiScope scope);
}
