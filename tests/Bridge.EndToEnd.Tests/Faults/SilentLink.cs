using System.Net;
using System.Net.Sockets;

namespace Bridge.EndToEnd.Tests.Faults;

/// <summary>A TCP proxy whose connections can fall silent: nothing more passes, in neither direction, not even their end.</summary>
internal sealed class SilentLink : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Lock _gate = new();
    private readonly List<TcpClient> _clients = [];
    private TaskCompletionSource _silence = new();

    public SilentLink(string target)
    {
        _listener.Start();
        _ = AcceptAsync(IPEndPoint.Parse(target));
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    /// <summary>Silences the connections that there are; later ones work.</summary>
    public void Silence()
    {
        lock (_gate)
        {
            _silence.SetResult();
            _silence = new TaskCompletionSource();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_gate)
        {
            _clients.ForEach(client => client.Dispose());
        }
    }

    private async Task AcceptAsync(IPEndPoint target)
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptTcpClientAsync();
                var far = new TcpClient { NoDelay = true };
                near.NoDelay = true;
                Task silence;
                lock (_gate)
                {
                    _clients.AddRange([near, far]);
                    silence = _silence.Task;
                }

                await far.ConnectAsync(target);
                _ = RelayAsync(near, far, silence);
                _ = RelayAsync(far, near, silence);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task RelayAsync(TcpClient from, TcpClient to, Task silence)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                var read = await from.GetStream().ReadAsync(buffer);
                if (silence.IsCompleted)
                {
                    return;
                }

                if (read == 0)
                {
                    to.Close();
                    return;
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, read));
            }
        }
        catch (Exception error) when (error is IOException or InvalidOperationException)
        {
            if (!silence.IsCompleted)
            {
                to.Close();
            }
        }
    }
}
