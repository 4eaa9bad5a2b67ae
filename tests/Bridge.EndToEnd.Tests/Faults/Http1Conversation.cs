using System.Net.Sockets;
using System.Text;

namespace Bridge.EndToEnd.Tests.Faults;

/// <summary>HTTP/1.1 by hand, because a client library would not leave at these points.</summary>
internal sealed class Http1Conversation(Field field, string id, Point point) : Conversation(field, id, point)
{
    private readonly TcpClient _client = new() { ReceiveBufferSize = 16 * 1024 };

    public override async Task ReachAsync()
    {
        var url = Field.Url($"follow{Query}");
        await _client.ConnectAsync(url.Host, url.Port).WithDeadline();
        await WriteAsync($"POST {url.PathAndQuery} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
        await UntilSaidAsync("began");
        if (Point >= Point.Middle)
        {
            await WriteAsync("4\r\npart\r\n");
            await UntilSaidAsync("part");
        }

        if (Point >= Point.Asked)
        {
            await WriteAsync("0\r\n\r\n");
            await UntilSaidAsync(Point switch { Point.Asked => "whole", Point.Answering => "sent", _ => "flooding" });
        }
    }

    public override void Leave() => _client.Close();

    public override async Task<string> OutcomeAsync()
    {
        var answer = new MemoryStream();
        try
        {
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await _client.GetStream().ReadAsync(buffer).WithDeadline()) > 0)
            {
                answer.Write(buffer, 0, read);
                if (IsWhole(Encoding.Latin1.GetString(answer.ToArray())))
                {
                    break;
                }
            }
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // What came before counts.
        }

        var text = Encoding.Latin1.GetString(answer.ToArray());
        return text.Length == 0 ? "none" : IsWhole(text) ? text.Split(' ')[1] : "aborted";
    }

    public override ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The bridge's own answers have a length, those of the application chunks.</summary>
    private static bool IsWhole(string text)
    {
        var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return head > 0 && (text.EndsWith("0\r\n\r\n", StringComparison.Ordinal)
            || text[..head].Contains("content-length:", StringComparison.OrdinalIgnoreCase));
    }

    private Task WriteAsync(string text) => _client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text)).WithDeadline();
}
