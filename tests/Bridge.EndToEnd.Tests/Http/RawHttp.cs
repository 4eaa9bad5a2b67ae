using System.Net.Sockets;
using System.Text;

namespace Bridge.EndToEnd.Tests.Http;

/// <summary>HTTP/1.1 by hand, for bytes that no client library lets through.</summary>
internal static class RawHttp
{
    /// <summary>Sends bytes on a new connection and gives all that comes back until the server closes it.</summary>
    /// <param name="address">The server.</param>
    /// <param name="request">The bytes. A whole request says "connection: close".</param>
    /// <param name="halfCloseAfter">For bytes that are no whole request: after how long this side says that no more comes. Null: never.</param>
    public static async Task<byte[]> ExchangeAsync(Uri address, ReadOnlyMemory<byte> request, TimeSpan? halfCloseAfter = null)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port).WithDeadline();
        var stream = client.GetStream();
        var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(request).WithDeadline();
            var reading = stream.CopyToAsync(answer);
            if (halfCloseAfter is { } patience && await Task.WhenAny(reading, Task.Delay(patience)) != reading)
            {
                client.Client.Shutdown(SocketShutdown.Send);
            }

            await reading.WithDeadline();
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // The server may reset a connection that broke the protocol: what came before counts.
        }

        return answer.ToArray();
    }

    /// <summary>The header lines of an answer as bytes: name and value, names in lower case.</summary>
    public static IReadOnlyList<(string Name, byte[] Value)> HeadersOf(byte[] answer)
    {
        var text = Encoding.Latin1.GetString(answer);
        var head = text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
        return [.. head.Split("\r\n").Skip(1).Select(line => line.Split(": ", 2))
            .Select(field => (field[0].ToLowerInvariant(), Encoding.Latin1.GetBytes(field[1])))];
    }
}
