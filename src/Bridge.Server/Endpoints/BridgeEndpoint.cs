using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Bridge.Server.Endpoints;

/// <summary>
/// One endpoint of <c>Kestrel:Endpoints</c>. It is a feature of every connection that it accepts, so a request knows its
/// role and, on a Unix socket, the path that Kestrel does not tell (KES-08).
/// </summary>
internal sealed class BridgeEndpoint(string name, EndpointRole role, BindingAddress address)
{
    private static readonly string[] Everywhere = ["*", "+", "0.0.0.0", "[::]"];

    private ListenOptions? _listen;

    public string Name { get; } = name;

    public EndpointRole Role { get; } = role;

    /// <summary>The path of the Unix socket; null for TCP.</summary>
    public string? UnixSocketPath => address.IsUnixPipe ? address.UnixPipePath : null;

    /// <summary>
    /// Whether only this machine reaches it: a loopback address, or a Unix socket, which file rights guard. Kestrel takes
    /// a name other than localhost for every address.
    /// </summary>
    public bool IsLocal => UnixSocketPath is not null
        || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip));

    /// <summary>Where it listens; with the port that was bound, if the configuration left it open.</summary>
    public string Address => UnixSocketPath is { } path ? $"{address.Scheme}://unix:{path}" : $"{address.Scheme}://{address.Host}:{Port}";

    /// <summary>Address and options of a curl command on this machine.</summary>
    public string CurlAddress => UnixSocketPath is { } path
        ? $"--unix-socket {path} {address.Scheme}://localhost"
        : $"{address.Scheme}://{(Everywhere.Contains(address.Host) ? "localhost" : address.Host)}:{Port}";

    private int Port => address.Port == 0 && _listen?.EndPoint is IPEndPoint bound ? bound.Port : address.Port;

    public void Attach(ListenOptions listen)
    {
        _listen = listen;
        listen.Use(next => connection =>
        {
            connection.Features.Set(this);
            connection.Features.Set(new ConnectionAddresses(connection, UnixSocketPath));
            return next(connection);
        });
    }
}
