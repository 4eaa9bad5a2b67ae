using Asgiref.Core.Events;

namespace Bridge.Server.Stateless;

/// <summary>An event of a connector on its way to an instance.</summary>
/// <param name="Seq">Its number in the feed.</param>
/// <param name="ScopeId">Its scope.</param>
/// <param name="Inner">What the application gets.</param>
/// <param name="Bytes">What it counts for while it is held.</param>
internal sealed record FeedEvent(ulong Seq, string ScopeId, AsgiEvent Inner, int Bytes) : AsgiEvent
{
    /// <summary>Whether it ends its instance.</summary>
    public bool IsDisconnect { get; init; }

    public override string Type => Inner.Type;
}
