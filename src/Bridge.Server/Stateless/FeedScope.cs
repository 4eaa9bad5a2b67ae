using Asgiref.Core.Scopes;

namespace Bridge.Server.Stateless;

/// <summary>What a feed's server knows of a scope: its id, and what its application is called with.</summary>
internal sealed record FeedScope(string Id, AsgiScope Inner) : AsgiScope
{
    public override string Type => Inner.Type;
}
