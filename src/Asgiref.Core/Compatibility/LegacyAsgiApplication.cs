using Asgiref.Core.Scopes;

namespace Asgiref.Core.Compatibility;

/// <summary>
/// An ASGI 2.0 application (CORE-28): called synchronously with the scope, it gives the instance, which is then awaited
/// with the two ends of the conversation. New applications are <see cref="AsgiApplication"/>s.
/// </summary>
/// <param name="scope">What is known of the connection when it opens.</param>
/// <returns>The instance for this scope; called once, at once.</returns>
public delegate AsgiInstance LegacyAsgiApplication(AsgiScope scope);
