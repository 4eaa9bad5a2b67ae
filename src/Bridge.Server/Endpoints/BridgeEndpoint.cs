using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Bridge.Server.Endpoints;

/// <summary>
/// One endpoint of <c>Kestrel:Endpoints</c>. It is a feature of every connection that it accepts, so a request knows its
/// role and, on a Unix socket, the path that Kestrel does not tell (KES-08).
/// </summary>
internal sealed class BridgeEndpoint(string name, EndpointRole role, string url)
{
    private ListenOptions? _listen;

    public string Name { get; } = name;

    public EndpointRole Role { get; } = role;

    /// <summary>The path of the Unix socket; null for TCP.</summary>
    public string? UnixSocketPath => _listen?.SocketPath;

    /// <summary>Where clients find it; with the port that was bound, if the configuration left it open.</summary>
    public string Address
    {
        get
        {
            var address = BindingAddress.Parse(url);
            return address.Port == 0 && _listen?.EndPoint is IPEndPoint { Port: > 0 } bound
                ? $"{address.Scheme}://{address.Host}:{bound.Port}"
                : url.TrimEnd('/');
        }
    }

    public void Attach(ListenOptions listen)
    {
        _listen = listen;
        listen.Use(next => connection =>
        {
            connection.Features.Set(this);
            return next(connection);
        });
    }
}
