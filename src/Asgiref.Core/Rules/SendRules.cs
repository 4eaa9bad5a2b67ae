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
    /// <summary>How far the conversation has come.</summary>
    public SendProgress Progress { get; protected set; }

    /// <summary>The rules for a new conversation on this scope. A custom scope allows every custom event.</summary>
    public static SendRules For(AsgiScope scope) => new CustomSendRules(scope.Type);

    /// <summary>Takes the next event, in order.</summary>
    /// <returns>What to do with it.</returns>
    /// <exception cref="InvalidAsgiEventException">The event is wrong here; the state is unchanged.</exception>
    public abstract SendVerdict Take(AsgiEvent message);

    /// <summary>
    /// What is missing if the application ends now, as a sentence for a log; null if nothing is. An application that
    /// leaves something open gets a 500, a cut connection or a close code from the front (GAP-10, GAP-12).
    /// </summary>
    public abstract string? FindOmission();
}
