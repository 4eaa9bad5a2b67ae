using System.Runtime.ExceptionServices;

namespace Asgiref.Core.Wsgi;

/// <summary>
/// Takes the status and headers of the response. Nothing is sent yet: the head waits for the first non-empty chunk, the
/// first <see cref="WsgiWrite"/>, or the end of the body (PEP-12), and until then it can be replaced.
/// </summary>
/// <param name="status">
/// <c>"200 OK"</c>, or just <c>"200"</c>; 200 to 599. ASGI has no reason phrase: it is dropped (W2A-12).
/// </param>
/// <param name="headers">
/// Name and value pairs; names are ASCII, values latin-1 without control characters. Hop-by-hop headers belong to the
/// server (PEP-18).
/// </param>
/// <param name="excInfo">
/// The error that this response reports. It allows a second call: before any output the stored head is replaced
/// (PEP-14); after it this very error is thrown, so that the response is cut (PEP-15). It is not kept (PEP-17).
/// </param>
/// <returns>The imperative way to send body bytes, for code that cannot return an iterable (PEP-04).</returns>
/// <exception cref="WsgiProtocolException">The status or a header is wrong, or it is a second call without excInfo (PEP-16).</exception>
public delegate WsgiWrite StartResponse(
    string status,
    IReadOnlyList<(string Name, string Value)> headers,
    ExceptionDispatchInfo? excInfo = null);
