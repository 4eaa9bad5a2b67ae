using System.Net;
using Asgiref.Core.Scopes;
using Microsoft.AspNetCore.Http.Features;

namespace Bridge.Client.AspNetCore.Requests;

/// <summary>The addresses of the scope, and ids. The bridge does not say which requests share a connection: each has its own id.</summary>
internal sealed partial class RequestFeatures : IHttpConnectionFeature, IHttpRequestIdentifierFeature
{
    private string? _connectionId;
    private string? _traceIdentifier;
    private IPAddress? _remoteAddress;
    private int _remotePort;
    private IPAddress? _localAddress;
    private int _localPort;
    private bool _hasAddresses;

    public string ConnectionId
    {
        get => _connectionId ??= RequestIds.Next();
        set => _connectionId = value;
    }

    public string TraceIdentifier
    {
        get => _traceIdentifier ??= $"{ConnectionId}:00000001";
        set => _traceIdentifier = value;
    }

    public IPAddress? RemoteIpAddress
    {
        get
        {
            ReadAddresses();
            return _remoteAddress;
        }

        set
        {
            ReadAddresses();
            _remoteAddress = value;
        }
    }

    public int RemotePort
    {
        get
        {
            ReadAddresses();
            return _remotePort;
        }

        set
        {
            ReadAddresses();
            _remotePort = value;
        }
    }

    public IPAddress? LocalIpAddress
    {
        get
        {
            ReadAddresses();
            return _localAddress;
        }

        set
        {
            ReadAddresses();
            _localAddress = value;
        }
    }

    public int LocalPort
    {
        get
        {
            ReadAddresses();
            return _localPort;
        }

        set
        {
            ReadAddresses();
            _localPort = value;
        }
    }

    /// <summary>What is no IP address, such as the path of a Unix socket, is null, as on Kestrel.</summary>
    private void ReadAddresses()
    {
        if (_hasAddresses)
        {
            return;
        }

        _hasAddresses = true;
        if (_scope.Client is { } client && IPAddress.TryParse(client.Host, out _remoteAddress))
        {
            _remotePort = client.Port;
        }

        if (_scope.Server is ServerAddress.Tcp server && IPAddress.TryParse(server.Host, out _localAddress))
        {
            _localPort = server.Port;
        }
    }
}
