using System.Net;
using System.Net.Sockets;

namespace Bridge.Client.Tests;

/// <summary>A TCP proxy for one connection, which a test can cut in the middle.</summary>
internal sealed class CuttableLink : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TcpClient _far = new();
    private TcpClient? _near;

    public string Address => $"http://{_listener.LocalEndpoint}";

    public void Open(int port)
    {
        _listener.Start();
        _ = RelayAsync(port);
    }

    public void Cut()
    {
        _near?.Close();
        _far.Close();
    }

    public void Dispose()
    {
        Cut();
        _near?.Dispose();
        _far.Dispose();
        _listener.Dispose();
    }

    private async Task RelayAsync(int port)
    {
        _near = await _listener.AcceptTcpClientAsync();
        await _far.ConnectAsync(IPAddress.Loopback, port);
        var near = _near.GetStream();
        var far = _far.GetStream();
        await Task.WhenAny(near.CopyToAsync(far), far.CopyToAsync(near));
    }
}
