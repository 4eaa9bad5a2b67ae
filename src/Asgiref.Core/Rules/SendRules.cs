using Asgiref.Core.Events;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Rules;

/// <summary>
/// What an application may send after what: order, codes, lengths and extensions, decided from the scope and the sent
/// events alone. One object follows one conversation. It runs where the application lives, so that a wrong event
/// raises out of <c>send</c> (CORE-19), and again at the front, which trusts no peer.
/// </summary>
/// <remarks>Not safe for concurrent use: the caller hands over events one at a time, in send order (GAP-13).</remarks>
public abstract class SendRules
{
    private protected SendRules()
    {
    }

    /// <summary>How far the conversation has come.</summary>
    public SendProgress Progress { get; private protected set; }

    /// <summary>The rules for a new conversation on this scope. A custom scope allows every custom event.</summary>
    public static SendRules For(AsgiScope scope) => scope switch
    {
        HttpScope http => new HttpSendRules(http),
        WebSocketScope socket => new WebSocketSendRules(socket),
        LifespanScope lifespan => new LifespanSendRules(lifespan),
        _ => new CustomSendRules(scope),
    };

    /// <summary>Takes the next event, in order.</summary>
    /// <returns>What to do with it.</returns>
    /// <exception cref="InvalidAsgiEventException">The event is wrong here; the state is unchanged.</exception>
    public abstract SendVerdict Take(AsgiEvent message);

    /// <summary>
    /// What is missing if the application ends now, as a sentence for a log; null if nothing is. An application that
    /// leaves something open gets a 500, a cut connection or a close code from the front (GAP-10, GAP-12).
    /// </summary>
    /// <remarks>
    /// Ask it also when <see cref="Progress"/> has become <see cref="SendProgress.Complete"/>: a body shorter than its
    /// content-length is complete for the application, and the front cuts the connection. An open WebSocket is no
    /// omission: the end of the application closes it (WS-01).
    /// </remarks>
    public abstract string? FindOmission();

    private protected static InvalidAsgiEventException Foreign(AsgiEvent message, AsgiScope scope) =>
        new(message.Type, $"an application cannot send this event in a scope of type \"{scope.Type}\" (GAP-08).");

    private protected static void RequireExtension(AsgiScope scope, string eventType, string extension)
    {
        if (!scope.Extensions.ContainsKey(extension))
        {
            throw new InvalidAsgiEventException(eventType, $"the scope does not list the extension \"{extension}\" (CORE-32).");
        }
    }
}
