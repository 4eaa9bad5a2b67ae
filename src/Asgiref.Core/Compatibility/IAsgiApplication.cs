using Asgiref.Core.Scopes;

namespace Asgiref.Core.Compatibility;

/// <summary>
/// An ASGI 3.0 application as an object; see <see cref="AsgiApplication"/>. One object serves every connection: it is called
/// for many at the same time, on any thread.
/// </summary>
public interface IAsgiApplication
{
    /// <inheritdoc cref="AsgiApplication"/>
    Task InvokeAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send);
}
