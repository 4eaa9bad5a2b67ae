namespace Bridge.Server.Sessions;

/// <summary>Which bridge this is, among others; for the life of its process.</summary>
internal sealed class BridgeNode
{
    /// <summary>Who makes the calls of the bridge, in paths.</summary>
    public Guid Value { get; } = Guid.NewGuid();

    public string Id => Value.ToString("n");

    /// <summary>Enough of it to tell the sessions of several bridges apart in their logs.</summary>
    public string ShortId => Id[..8];
}
