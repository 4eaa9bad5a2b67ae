namespace Bridge.Server.Sessions;

/// <summary>Which bridge this is, among others; for the life of its process.</summary>
internal sealed class BridgeNode
{
    public string Id { get; } = Guid.NewGuid().ToString("n");

    /// <summary>Enough of it to tell the sessions of several bridges apart in their logs.</summary>
    public string ShortId => Id[..8];
}
