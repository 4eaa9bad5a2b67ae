namespace Asgiref.Core.Wsgi;

/// <summary>
/// A WSGI application in the shape of PEP 3333: called once per request, on a thread of its own that it may block.
/// </summary>
/// <param name="environ">
/// The CGI variables (always <see cref="string"/>, each character one byte, PEP-29) and the <c>wsgi.*</c> entries:
/// <c>wsgi.input</c> is a <see cref="WsgiInput"/>, <c>wsgi.errors</c> a <see cref="TextWriter"/>, <c>wsgi.file_wrapper</c>
/// a <see cref="WsgiFileWrapperFactory"/>, <c>wsgi.version</c> an <c>(int, int)</c>, the flags are <see cref="bool"/>;
/// <c>asgiref.scope</c> is the <see cref="Scopes.HttpScope"/>. A real dictionary that the application may change (PEP-02).
/// <see cref="WsgiEnviron"/> reads it with types.
/// </param>
/// <param name="startResponse">Takes the status and the headers; to be called before the first body bytes.</param>
/// <returns>
/// The body, chunk by chunk. Each chunk is handed to transmission before the next is asked for (PEP-06), and its memory
/// may be used again from then on. If the iterable has a <c>Count</c> (<see cref="IReadOnlyCollection{T}"/>) it must be right
/// (PEP-08). If it is <see cref="IDisposable"/> it is disposed on every path (PEP-09): that is Python's <c>close()</c>.
/// </returns>
/// <remarks>
/// Calls run side by side unless <see cref="WsgiOptions.SingleThreaded"/> is set (PEP-22). The caller's
/// <see cref="AsyncLocal{T}"/> values are visible (CTX-01). An exception ends the request: 500 from the server if
/// nothing was sent, an aborted response otherwise (PEP-49).
/// </remarks>
public delegate IEnumerable<ReadOnlyMemory<byte>> WsgiApplication(IDictionary<string, object> environ, StartResponse startResponse);
