using Asgiref.Core.Events;
using Asgiref.Core.Scopes;

namespace Asgiref.Core;

/// <summary>
/// An ASGI 3.0 application (CORE-02): called once per connection with its scope and the two ends of the conversation.
/// </summary>
/// <param name="scope">What is known of the connection when it opens. Immutable.</param>
/// <param name="receive">Gives the next event from the server.</param>
/// <param name="send">Takes one event for the server.</param>
/// <returns>
/// A task that ends when the application is done with the connection. An exception ends the instance as failed
/// (CORE-22). An application refuses a scope type it does not know by throwing (CORE-14).
/// </returns>
/// <remarks>
/// The server signals the end of its patience through <see cref="AsgiCancellation.Token"/>: after a disconnect the
/// application has a grace period, then that token fires.
/// </remarks>
public delegate Task AsgiApplication(AsgiScope scope, AsgiReceive receive, AsgiSend send);

/// <summary>
/// Waits for the next event from the server (CORE-10). Several calls may be pending; they are served in call order.
/// </summary>
/// <param name="cancellationToken">Gives up this wait only; no event is lost by it (GAP-14).</param>
/// <exception cref="OperationCanceledException">The wait was given up, or the instance was cancelled.</exception>
public delegate ValueTask<AsgiEvent> AsgiReceive(CancellationToken cancellationToken = default);

/// <summary>
/// Hands one event to the server and waits until it has been taken: a slow peer makes this wait (CORE-11, HTTP-46).
/// Calls made at the same time are carried out in call order (GAP-13).
/// </summary>
/// <param name="message">The event. Its memory may be reused once the returned task has ended (GAP-27).</param>
/// <param name="cancellationToken">Gives up the wait; the event may or may not have been sent.</param>
/// <exception cref="InvalidAsgiEventException">The event is malformed or not allowed at this point (CORE-19).</exception>
/// <exception cref="ClientDisconnectedException">The connection is closed (HTTP-52, WS-41).</exception>
public delegate ValueTask AsgiSend(AsgiEvent message, CancellationToken cancellationToken = default);
