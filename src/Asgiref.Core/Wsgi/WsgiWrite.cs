namespace Asgiref.Core.Wsgi;

/// <summary>
/// Sends body bytes before those of the returned iterable; returns when the server has taken them (PEP-46, PEP-47).
/// </summary>
/// <param name="data">The bytes; their memory may be used again after the call.</param>
/// <exception cref="WsgiProtocolException">The bytes go beyond the Content-Length, or the response is complete (PEP-20).</exception>
/// <exception cref="ClientDisconnectedException">The client has gone.</exception>
public delegate void WsgiWrite(ReadOnlyMemory<byte> data);
