using System.Net.Sockets;

namespace Bridge.Bench;

/// <summary>
/// A client that takes an endless answer at 160 KB/s through a small receive buffer: the application is always ahead of
/// it, and what is between them is full.
/// </summary>
internal sealed class SlowReader : IAsyncDisposable
{
    private const int ReceiveBuffer = 16 * 1024;
    private const int BytesATurn = 4 * 1024;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan FillTime = TimeSpan.FromMilliseconds(300);

    private readonly HttpClient _client = new(new SocketsHttpHandler { ConnectCallback = ConnectAsync });
    private readonly CancellationTokenSource _stop = new();
    private Task _reading = Task.CompletedTask;

    private SlowReader()
    {
    }

    /// <summary>Starts to read and lets the buffers on the way fill up.</summary>
    public static async Task<SlowReader> StartAsync(Uri endless)
    {
        var reader = new SlowReader();
        var body = await reader._client.GetStreamAsync(endless);
        reader._reading = reader.ReadAsync(body);
        await Task.Delay(FillTime);
        return reader;
    }

    /// <summary>Leaves.</summary>
    /// <exception cref="InvalidOperationException">The answer had ended.</exception>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _reading;
        }
        finally
        {
            _client.Dispose();
            _stop.Dispose();
        }
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        // Without a size of our own the kernel's buffers grow to megabytes.
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = ReceiveBuffer };
        await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task ReadAsync(Stream body)
    {
        await using var _ = body;
        var buffer = new byte[BytesATurn];
        while (!_stop.IsCancellationRequested)
        {
            if (await body.ReadAsync(buffer) == 0)
            {
                throw new InvalidOperationException("The endless answer has ended.");
            }

            await Task.Delay(Turn);
        }
    }
}
