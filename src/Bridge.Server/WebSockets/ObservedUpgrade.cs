using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.Features;

namespace Bridge.Server.WebSockets;

/// <summary>
/// Stands between the platform's handshake and the connection that it takes over, so that its socket reads through an
/// <see cref="ObservedStream"/>; the handshake and the framing stay the platform's.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The connection belongs to the socket that is made on it.")]
internal sealed class ObservedUpgrade(IHttpUpgradeFeature? upgrade, IHttpExtendedConnectFeature? connect)
    : IHttpUpgradeFeature, IHttpExtendedConnectFeature
{
    private ObservedStream? _connection;

    public bool IsUpgradableRequest => upgrade?.IsUpgradableRequest == true;

    public bool IsExtendedConnect => connect?.IsExtendedConnect == true;

    public string? Protocol => connect?.Protocol;

    /// <summary>Puts an observer in the place of the platform's features.</summary>
    public static void Install(IFeatureCollection features)
    {
        var observed = new ObservedUpgrade(features.Get<IHttpUpgradeFeature>(), features.Get<IHttpExtendedConnectFeature>());
        features.Set<IHttpUpgradeFeature>(observed);
        features.Set<IHttpExtendedConnectFeature>(observed);
    }

    /// <summary>The connection that a completed handshake has taken over.</summary>
    public static ObservedStream ConnectionOf(IFeatureCollection features) =>
        ((ObservedUpgrade)features.GetRequiredFeature<IHttpUpgradeFeature>())._connection
        ?? throw new InvalidOperationException("The handshake is not complete.");

    public async Task<Stream> UpgradeAsync() => _connection = new ObservedStream(await upgrade!.UpgradeAsync());

    public async ValueTask<Stream> AcceptAsync() => _connection = new ObservedStream(await connect!.AcceptAsync());
}
