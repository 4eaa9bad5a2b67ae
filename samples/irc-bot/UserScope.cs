using Asgiref.Core.Scopes;

namespace IrcBot;

/// <summary>The scope of one user of the chat.</summary>
public sealed record UserScope(string Nick) : AsgiScope
{
    public override string Type => "irc";
}
