using System.Net;

namespace Bridge.Server.Http;

/// <summary>The peers whose forwarded headers are believed. Immutable.</summary>
internal sealed class TrustedProxies
{
    private const string UnixEntry = "unix";

    private readonly IPNetwork[] _networks;
    private readonly bool _trustsUnix;

    /// <param name="entries">Entries that <see cref="TryParse"/> takes.</param>
    public TrustedProxies(IEnumerable<string> entries)
    {
        var networks = new List<IPNetwork>();
        foreach (var entry in entries)
        {
            if (!TryParse(entry, out var network))
            {
                throw new FormatException($"\"{entry}\" is no address and no network.");
            }

            _trustsUnix |= network is null;
            networks.AddRange(network is { } known ? [known] : []);
        }

        _networks = [.. networks];
    }

    /// <summary>Whether nobody is trusted, so that the headers need not be looked at.</summary>
    public bool IsEmpty => _networks.Length == 0 && !_trustsUnix;

    /// <summary>Reads one entry; the network is null for "unix".</summary>
    public static bool TryParse(string entry, out IPNetwork? network)
    {
        network = null;
        if (entry == UnixEntry)
        {
            return true;
        }

        if (IPNetwork.TryParse(entry, out var parsed))
        {
            network = parsed;
        }
        else if (IPAddress.TryParse(entry, out var address))
        {
            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        return network is not null;
    }

    /// <summary>Whether this peer is trusted; null is the peer of a Unix socket.</summary>
    public bool Trusts(IPAddress? peer)
    {
        if (peer is null)
        {
            return _trustsUnix;
        }

        var plain = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
        foreach (var network in _networks)
        {
            if (network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }
}
