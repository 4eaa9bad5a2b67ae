using System.Net.Sockets;
using System.Text;
using Bridge.EndToEnd.Tests.Running;

namespace Bridge.EndToEnd.Tests.Http;

public sealed class StopTests
{
    [Fact]
    public async Task A_request_that_runs_when_the_stop_is_asked_for_ends_whole_and_the_server_leaves_with_0()
    {
        await using var bridge = await BridgeProcess.StartAsync(ServerSettings.Samples);
        using var client = new TcpClient();
        var address = bridge.Http("/");
        await client.ConnectAsync(address.Host, address.Port).WithDeadline();
        var stream = client.GetStream();
        await stream.WriteAsync("POST /echo HTTP/1.1\r\nhost: bridge\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n"u8.ToArray()).WithDeadline();
        var answer = await ReadUntilAsync(stream, "first");

        var stopped = bridge.StopAsync();
        await WaitUntilNotReadyAsync(bridge);
        await stream.WriteAsync("6\r\nsecond\r\n0\r\n\r\n"u8.ToArray()).WithDeadline();
        answer += await ReadUntilAsync(stream, "\r\n0\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Contains("second", answer, StringComparison.Ordinal);
        Assert.Equal(0, await stopped);
    }

    private static async Task WaitUntilNotReadyAsync(BridgeProcess bridge)
    {
        using var client = new HttpClient();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while ((await client.GetAsync(bridge.Management("/readyz")).WithDeadline()).IsSuccessStatusCode)
        {
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }

    private static async Task<string> ReadUntilAsync(NetworkStream stream, string end)
    {
        var text = "";
        var buffer = new byte[4096];
        while (!text.Contains(end, StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer).WithDeadline();
            Assert.True(count > 0, $"The connection ended after: {text}");
            text += Encoding.Latin1.GetString(buffer, 0, count);
        }

        return text;
    }
}
