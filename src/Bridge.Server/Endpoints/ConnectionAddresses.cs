using System.Net;
using Asgiref.Core.Scopes;
using Microsoft.AspNetCore.Connections;

namespace Bridge.Server.Endpoints;

/// <summary>Both ends of a connection as a scope tells them; a feature of the connection, so that it is made once. Immutable.</summary>
internal sealed class ConnectionAddresses(ConnectionContext connection, string? unixSocketPath)
{
    /// <summary>Null on a Unix socket.</summary>
    public ClientAddress? Client { get; } =
        connection.RemoteEndPoint is IPEndPoint remote ? new ClientAddress(TextOf(remote.Address), remote.Port) : null;

    /// <summary>On a Unix socket the platform has no address; the endpoint knows its own path (KES-08).</summary>
    public ServerAddress? Server { get; } =
        connection.LocalEndPoint is IPEndPoint local ? new ServerAddress.Tcp(TextOf(local.Address), local.Port)
        : unixSocketPath is not null ? new ServerAddress.Unix(unixSocketPath)
        : null;

    /// <summary>A socket that listens on both families sees IPv4 peers as mapped addresses.</summary>
    private static string TextOf(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
