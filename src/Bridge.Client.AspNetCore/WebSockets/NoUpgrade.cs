using Microsoft.AspNetCore.Http.Features;

namespace Bridge.Client.AspNetCore.WebSockets;

/// <summary>
/// Says of an ordinary request that it is no handshake. Kestrel says so too, and programs take its presence for the sign that the
/// server knows WebSockets at all: SignalR offers them to its clients only then.
/// </summary>
internal sealed class NoUpgrade : IHttpUpgradeFeature, IHttpExtendedConnectFeature
{
    public static NoUpgrade Instance { get; } = new();

    public bool IsUpgradableRequest => false;

    public bool IsExtendedConnect => false;

    public string? Protocol => null;

    public Task<Stream> UpgradeAsync() => throw new InvalidOperationException("Cannot upgrade a non-upgradable request.");

    public ValueTask<Stream> AcceptAsync() => throw new InvalidOperationException("Cannot accept a request that is no extended CONNECT.");
}
