using System.Net.Sockets;
using System.Text;

namespace IrcBot;

/// <summary>One TCP connection to an IRC server, line by line. One reader at a time; writers may be many.</summary>
public sealed class IrcConnection : IDisposable
{
    /// <summary>RFC 2812: 512 bytes with the line end.</summary>
    private const int MaxLineBytes = 510;

    private readonly TcpClient _client;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly byte[] _buffer = new byte[8192];
    private int _filled;

    private IrcConnection(TcpClient client) => _client = client;

    public static async Task<IrcConnection> OpenAsync(string host, int port, CancellationToken cancellationToken)
    {
        var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync(host, port, cancellationToken);
            return new IrcConnection(client);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Sends one line. Line ends inside it become spaces, so that no text can smuggle in a command; too much is cut.</summary>
    public async Task SendAsync(string line, CancellationToken cancellationToken = default)
    {
        var bytes = Encoding.UTF8.GetBytes(line.ReplaceLineEndings(" ").Replace('\0', ' '));
        var length = bytes.Length;
        if (length > MaxLineBytes)
        {
            length = MaxLineBytes;
            while ((bytes[length] & 0xC0) == 0x80)
            {
                length--;
            }
        }

        await _writing.WaitAsync(cancellationToken);
        try
        {
            // A line that was begun is finished: half a line would garble the next one.
            await _client.GetStream().WriteAsync((byte[])[.. bytes.AsSpan(0, length), .. "\r\n"u8], CancellationToken.None);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The next message; null when the server has closed the connection.</summary>
    /// <exception cref="IOException">The connection broke, was silent for too long, or a line is too long.</exception>
    public async Task<IrcMessage?> ReadAsync(TimeSpan silence, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(silence);
        while (true)
        {
            var end = _buffer.AsSpan(0, _filled).IndexOf((byte)'\n');
            if (end >= 0)
            {
                var line = Encoding.UTF8.GetString(_buffer, 0, end).TrimEnd('\r');
                _filled -= end + 1;
                _buffer.AsSpan(end + 1, _filled).CopyTo(_buffer);
                return IrcMessage.Parse(line);
            }

            if (_filled == _buffer.Length)
            {
                throw new IOException($"The server sent a line of more than {_buffer.Length} bytes.");
            }

            try
            {
                var read = await _client.GetStream().ReadAsync(_buffer.AsMemory(_filled), patience.Token);
                if (read == 0)
                {
                    return null;
                }

                _filled += read;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new IOException($"The server was silent for {silence}.");
            }
        }
    }

    public void Dispose() => _client.Dispose();
}
