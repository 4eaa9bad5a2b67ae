using System.Text;
using Xunit.Abstractions;

namespace Bridge.Server.Tests.Http;

public sealed class HttpFuzzTests(ITestOutputHelper output)
{
    private const int Rounds = 1500;

    private static readonly string[] Seeds =
    [
        "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /a%20b?x=1 HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nX-A: 2\r\nCookie: a=b\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\nhello world",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n",
        "OPTIONS * HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "HEAD http://h/x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
        "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ];

    private static readonly string[] Pieces =
    [
        "\r\n", "\n", "\r", "\0", ":", " ", "%00", "%", "%2F", "é", "\u00ff", "Content-Length: -1\r\n", "Content-Length: 5\r\n",
        "Transfer-Encoding: gzip, chunked\r\n", "Host: other\r\n", "HTTP/9.9", "HTTP/1.2", "FFFFFFFFFFFFFFFF\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];

    [Fact]
    [Covers("KES-03", "KES-09", "KES-23")]
    public async Task Random_and_mutated_requests_end_in_a_status_or_a_closed_connection_and_leave_nothing_behind()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var host = await FrontHost.StartAsync(Apps.EchoAsync);
        foreach (var batch in Enumerable.Range(0, Rounds).Select(_ => Make(random)).Chunk(16))
        {
            await Task.WhenAll(batch.Select(request => SendAsync(host, request, seed)));
        }

        using var connection = await host.ConnectAsync();
        await connection.SendAsync(Seeds[2]);
        Assert.Equal("hello world", (await connection.ReadAsync()).Body);
        for (var ended = 0; ended < host.App.Started; ended++)
        {
            await host.App.NextEndingAsync();
        }

        await WaitUntil.HoldsAsync(() => host.Metrics.LiveInstances == 0);
        Assert.DoesNotContain(host.Log.Errors, IsOfAnApplication);
    }

    [Theory]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n", 400)]
    [InlineData("GET /é HTTP/1.1\r\nHost: h\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.2\r\nHost: h\r\n\r\n", 505)]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400)]
    [InlineData("GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: h\r\nX : 1\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: \0\r\n\r\n", 400)]
    [Covers("KES-01", "KES-03", "KES-07")]
    public async Task Malformed_HTTP_is_refused_with_a_status(string request, int status)
    {
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            if (await Apps.ReadBodyAsync(receive) is not null)
            {
                await Apps.RespondAsync(send);
            }
        });
        using var connection = await host.ConnectAsync();
        await connection.SendAsync(request);

        Assert.Equal(status, (await connection.ReadAsync()).Status);
        Assert.Equal("", await connection.ReadToEndAsync());
        Assert.DoesNotContain(host.Log.Errors, IsOfAnApplication);
    }

    /// <summary>Kestrel logs an error of its own for a NUL in a trailer.</summary>
    private static bool IsOfAnApplication(string message) => message.StartsWith("Application", StringComparison.Ordinal);

    private static string Make(Random random)
    {
        if (random.Next(10) == 0)
        {
            var bytes = new byte[random.Next(1, 400)];
            random.NextBytes(bytes);
            return Encoding.Latin1.GetString(bytes);
        }

        var request = new StringBuilder(Seeds[random.Next(Seeds.Length)]);
        for (var changes = random.Next(1, 5); changes > 0 && request.Length > 1; changes--)
        {
            var at = random.Next(request.Length);
            switch (random.Next(4))
            {
                case 0:
                    request[at] = (char)random.Next(256);
                    break;
                case 1:
                    request.Remove(at, random.Next(1, Math.Min(8, request.Length - at) + 1));
                    break;
                case 2:
                    request.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                default:
                    request.Insert(at, new string((char)random.Next(32, 127), random.Next(1, 20_000)));
                    break;
            }
        }

        return request.ToString();
    }

    private static async Task SendAsync(FrontHost host, string request, int seed)
    {
        using var connection = await host.ConnectAsync();
        try
        {
            await connection.SendAsync(request);
            connection.HalfClose();
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Closed while the rest was still on its way: that is one of the allowed ends.
        }

        // To HTTP/2's opening words Kestrel answers in HTTP/2: with a GOAWAY frame.
        var received = await connection.ReadToEndAsync();
        var isHttp2 = request.StartsWith("PRI * HTTP/2.0", StringComparison.Ordinal) && received.StartsWith('\0');
        Assert.True(
            isHttp2 || received.Length == 0 || received.StartsWith("HTTP/1.1 ", StringComparison.Ordinal),
            $"seed {seed}: {Shown(request)} got {Shown(received)}");
    }

    private static string Shown(string text) => System.Text.Json.JsonSerializer.Serialize(text[..Math.Min(200, text.Length)]);
}
