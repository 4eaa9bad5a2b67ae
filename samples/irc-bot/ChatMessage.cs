using Asgiref.Core.Events;

namespace IrcBot;

/// <summary>Receive: the user said something to the bot. Send: the bot says something.</summary>
/// <param name="Target">Where: a channel or, in private, the user's nick.</param>
/// <param name="Text">What.</param>
public sealed record ChatMessage(string Target, string Text) : AsgiEvent
{
    public override string Type => "irc.message";
}
