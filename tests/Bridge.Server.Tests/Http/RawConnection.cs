using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bridge.Server.Tests.Http;

/// <summary>One connection on which a test writes HTTP/1 by hand; text is latin-1, so a character is a byte.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly StringBuilder _unread = new();
    private bool _atEnd;

    private RawConnection(Socket socket) => _socket = socket;

    public static async Task<RawConnection> OpenAsync(EndPoint endPoint, int? receiveBuffer = null)
    {
        var isUnix = endPoint is UnixDomainSocketEndPoint;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        if (receiveBuffer is { } size)
        {
            socket.ReceiveBufferSize = size;
        }

        await socket.ConnectAsync(endPoint).WithDeadline();
        return new RawConnection(socket);
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None).WithDeadline()..];
        }
    }

    /// <summary>Sends a GET-like request without a body.</summary>
    public Task RequestAsync(string target = "/", string method = "GET", string headers = "") =>
        SendAsync($"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");

    /// <summary>Sends zeros until the other side takes no more for a while; how many it took, to the byte.</summary>
    public Task<int> SendUntilBlockedAsync(int most) => Task.Factory.StartNew(
        () =>
        {
            // Not SendAsync: one that is cancelled does not tell how much of its bytes it has sent.
            var chunk = new byte[64 * 1024];
            var sent = 0;
            _socket.Blocking = false;
            while (sent < most && _socket.Poll(TimeSpan.FromMilliseconds(500), SelectMode.SelectWrite))
            {
                sent += _socket.Send(chunk.AsSpan(0, Math.Min(chunk.Length, most - sent)), SocketFlags.None);
            }

            return sent;
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    public void HalfClose() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Leaves with a reset, as a crashed client does.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    /// <summary>Reads one response with its body.</summary>
    public async Task<RawResponse> ReadAsync(bool answersHead = false)
    {
        var response = RawResponse.ParseHead(await ReadThroughAsync("\r\n\r\n"));
        if (answersHead || response.Status is 204 or 304 or < 200)
        {
            return response;
        }

        if (response.Header("Content-Length") is { } length)
        {
            return response with { Body = await ReadExactlyAsync(int.Parse(length, null)) };
        }

        return response.Header("Transfer-Encoding") == "chunked"
            ? response with { Body = RawResponse.Dechunk(await ReadThroughAsync("0\r\n\r\n") + "0\r\n\r\n") }
            : response with { Body = await ReadToEndAsync() };
    }

    /// <summary>Everything up to the end of the connection, however it ends.</summary>
    public async Task<string> ReadToEndAsync()
    {
        while (!_atEnd)
        {
            await FillAsync();
        }

        return Take(_unread.Length, 0);
    }

    /// <summary>Everything before this text, which is taken away.</summary>
    public async Task<string> ReadThroughAsync(string end)
    {
        while (true)
        {
            var at = _unread.ToString().IndexOf(end, StringComparison.Ordinal);
            if (at >= 0)
            {
                return Take(at, end.Length);
            }

            if (_atEnd)
            {
                throw new EndOfStreamException($"The connection ended before {end.ReplaceLineEndings("\\r\\n")}; read: {_unread}");
            }

            await FillAsync();
        }
    }

    /// <summary>As <see cref="ReadThroughAsync"/> for a lot of bytes, of which only the last ones are kept.</summary>
    public async Task SkipThroughAsync(string end)
    {
        while (!_unread.ToString().Contains(end, StringComparison.Ordinal))
        {
            if (_atEnd)
            {
                throw new EndOfStreamException("The connection ended first.");
            }

            _unread.Remove(0, Math.Max(0, _unread.Length - end.Length));
            await FillAsync();
        }
    }

    public async Task<string> ReadExactlyAsync(int count)
    {
        while (_unread.Length < count)
        {
            if (_atEnd)
            {
                throw new EndOfStreamException($"The connection ended after {_unread.Length} of {count} bytes.");
            }

            await FillAsync();
        }

        return Take(count, 0);
    }

    public void Dispose() => _socket.Dispose();

    private string Take(int count, int drop)
    {
        var text = _unread.ToString(0, count);
        _unread.Remove(0, count + drop);
        return text;
    }

    private async Task FillAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            var count = await _socket.ReceiveAsync(buffer, SocketFlags.None).WithDeadline();
            _atEnd = count == 0;
            _unread.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
            _atEnd = true;
        }
    }
}
