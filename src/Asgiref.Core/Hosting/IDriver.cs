using Asgiref.Core.Events;
using Asgiref.Core.Rules;

namespace Asgiref.Core.Hosting;

/// <summary>
/// Plays the protocol server for one instance: feeds it receive-events and takes its send-events. Its caller makes at
/// most one call of <see cref="ReceiveAsync"/> and one of <see cref="SendAsync"/> at a time; the two may overlap.
/// </summary>
internal interface IDriver
{
    /// <summary>
    /// Fires when the client has gone. Both methods then end at once: disconnect overtakes data (GAP-16). The disconnect
    /// event may be received a moment before it fires, and counts as much.
    /// </summary>
    CancellationToken Disconnected { get; }

    /// <summary>
    /// The limit of its own that made the driver leave, as a sentence; set before <see cref="Disconnected"/> fires, and
    /// the instance then ends as <see cref="EndingKind.TimedOut"/>. Null for a client that has gone by itself.
    /// </summary>
    string? TimedOut => null;

    /// <summary>
    /// Whether its disconnect event comes in order although its protocol is the users' own: the application gets what was
    /// said before, and <see cref="SendAsync"/> goes on taking events after <see cref="Disconnected"/> has fired, until it
    /// raises. Otherwise such a disconnect overtakes data.
    /// </summary>
    bool LeavesInOrder => false;

    /// <summary>
    /// Says that the application runs or is about to; before that nobody knows whether the instance will be refused.
    /// Called once, before any other method unless the application runs elsewhere.
    /// </summary>
    /// <returns>False: the client has left already, and no code may run.</returns>
    bool TryBegin() => true;

    /// <summary>
    /// Waits for the next receive-event; reads from the client only when called, so that a slow application slows its
    /// client. After the protocol's end it waits for the disconnect, then gives the disconnect event (HTTP-49).
    /// A cancelled wait loses no event (GAP-14).
    /// </summary>
    ValueTask<AsgiEvent> ReceiveAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Takes an event that the rules have allowed, and waits until the client's side has taken it (HTTP-46). Never
    /// called with <see cref="SendVerdict.Ignore"/>.
    /// </summary>
    /// <exception cref="ClientDisconnectedException">The client has gone.</exception>
    ValueTask SendAsync(AsgiEvent message, SendVerdict verdict, CancellationToken cancellationToken);
}
