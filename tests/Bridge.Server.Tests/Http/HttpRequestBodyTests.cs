using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Asgiref.Core.Events;

namespace Bridge.Server.Tests.Http;

public sealed class HttpRequestBodyTests
{
    [Fact]
    [Covers("HTTP-28", "HTTP-29", "HTTP-30", "HTTP-31")]
    public async Task A_request_without_a_body_gives_one_empty_event()
    {
        var first = new TaskCompletionSource<AsgiEvent>();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            first.SetResult(await receive());
            await Apps.RespondAsync(send);
        });
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync();

        var request = Assert.IsType<HttpRequestEvent>(await first.Task.WithDeadline());
        Assert.Equal((0, false), (request.BodyOrDefault.Length, request.MoreBodyOrDefault));
    }

    [Theory]
    [InlineData("Content-Length: 11\r\n\r\nhello world")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX-Trailer: z\r\n\r\n")]
    [InlineData("Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\nB\r\nhello world\r\n0\r\n\r\n")]
    [Covers("HTTP-08", "HTTP-32", "KES-15")]
    public async Task A_body_arrives_decoded_whatever_its_framing(string rest)
    {
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
            await Apps.RespondAsync(send, Encoding.Latin1.GetString((await Apps.ReadBodyAsync(receive))!)));
        using var connection = await host.ConnectAsync();
        await connection.SendAsync($"POST / HTTP/1.1\r\nHost: h\r\n{rest}");

        Assert.Equal("hello world", (await connection.ReadAsync()).Body);
    }

    [Fact]
    [Covers("HTTP-33", "HTTP-29")]
    public async Task A_large_body_streams_through_in_parts_of_at_most_64_KiB()
    {
        var parts = new List<int>();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await send(Apps.Start());
            while (await receive() is HttpRequestEvent part)
            {
                parts.Add(part.BodyOrDefault.Length);
                await send(new HttpResponseBodyEvent { Body = part.BodyOrDefault, MoreBody = part.MoreBodyOrDefault });
                if (!part.MoreBodyOrDefault)
                {
                    break;
                }
            }
        });
        using var client = host.CreateClient();
        var sent = RandomNumberGenerator.GetBytes(5_000_000);
        using var content = new ByteArrayContent(sent);
        using var response = await client.PostAsync(new Uri("/", UriKind.Relative), content).WithDeadline();

        Assert.Equal(sent, await response.Content.ReadAsByteArrayAsync().WithDeadline());
        Assert.All(parts, length => Assert.InRange(length, 0, 64 * 1024));
    }

    [Fact]
    [Covers("HTTP-33", "GAP-19")]
    public async Task A_client_can_send_no_more_than_buffers_hold_while_the_application_does_not_receive()
    {
        const int Offered = 64 * 1024 * 1024;
        var go = new TaskCompletionSource();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await go.Task;
            await Apps.RespondAsync(send, $"{(await Apps.ReadBodyAsync(receive))!.Length}");
        });
        using var connection = await host.ConnectAsync();
        await connection.SendAsync($"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {Offered}\r\n\r\n");
        var buffered = await connection.SendUntilBlockedAsync(Offered);

        Assert.InRange(buffered, 1, 16 * 1024 * 1024);
        go.SetResult();
        var reading = connection.ReadAsync();
        await connection.SendAsync(new byte[Offered - buffered]);
        Assert.Equal($"{Offered}", (await reading).Body);
    }

    [Fact]
    [Covers("KES-15")]
    public async Task A_client_that_expects_100_gets_it_when_the_application_first_receives()
    {
        var go = new TaskCompletionSource();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await go.Task;
            await Apps.RespondAsync(send, Encoding.Latin1.GetString((await Apps.ReadBodyAsync(receive))!));
        });
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync(method: "POST", headers: "Expect: 100-continue\r\nContent-Length: 2\r\n");
        go.SetResult();

        Assert.Equal(100, (await connection.ReadAsync()).Status);
        await connection.SendAsync("ok");
        Assert.Equal("ok", (await connection.ReadAsync()).Body);
    }

    [Fact]
    [Covers("KES-15", "GAP-15")]
    public async Task A_client_that_expects_100_and_is_not_read_gets_the_response_at_once()
    {
        await using var host = await FrontHost.StartAsync(Apps.Answering("no", 403));
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync(method: "POST", headers: "Expect: 100-continue\r\nContent-Length: 2000000\r\n");

        Assert.Equal(403, (await connection.ReadAsync()).Status);
        Assert.Equal("", await connection.ReadToEndAsync());
    }

    [Fact]
    [Covers("GAP-14")]
    public async Task A_cancelled_receive_loses_nothing()
    {
        var cancelled = Channel.CreateUnbounded<bool>();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            for (var i = 0; i < 3; i++)
            {
                using var giveUp = new CancellationTokenSource();
                var pending = receive(giveUp.Token).AsTask();
                await giveUp.CancelAsync();
                cancelled.Writer.TryWrite(await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending) is not null);
            }

            await Apps.RespondAsync(send, Encoding.Latin1.GetString((await Apps.ReadBodyAsync(receive))!));
        });
        foreach (var (head, body) in new[]
        {
            ("Content-Length: 5\r\n\r\n", "hello"),
            ("Transfer-Encoding: chunked\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n"),
        })
        {
            using var connection = await host.ConnectAsync();
            await connection.SendAsync($"POST / HTTP/1.1\r\nHost: h\r\n{head}");
            for (var i = 0; i < 3; i++)
            {
                Assert.True(await cancelled.Reader.ReadAsync().WithDeadline());
            }

            await connection.SendAsync(body);
            Assert.Equal("hello", (await connection.ReadAsync()).Body);
        }
    }

    [Theory]
    [InlineData("Content-Length: 100000\r\n\r\n", 100_000)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n186a0\r\n", 100_000)]
    [Covers("GAP-15")]
    public async Task A_body_that_nobody_read_is_thrown_away_and_the_connection_lives_on(string head, int length)
    {
        await using var host = await FrontHost.StartAsync(Apps.Answering("done"));
        using var connection = await host.ConnectAsync();
        await connection.SendAsync($"POST / HTTP/1.1\r\nHost: h\r\n{head}{new string('x', length)}");
        if (head.StartsWith("Transfer", StringComparison.Ordinal))
        {
            await connection.SendAsync("\r\n0\r\n\r\n");
        }

        Assert.Equal("done", (await connection.ReadAsync()).Body);
        await connection.RequestAsync();
        Assert.Equal("done", (await connection.ReadAsync()).Body);
    }

    [Fact]
    [Covers("GAP-15")]
    public async Task An_unread_body_beyond_the_limit_closes_the_connection_and_is_counted()
    {
        await using var host = await FrontHost.StartAsync(
            Apps.Answering("done"),
            new() { ["Bridge:Http:MaxUnreadBodyBytes"] = "1000" });
        using var connection = await host.ConnectAsync();
        await connection.SendAsync($"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n{new string('x', 2_000)}");
        await connection.ReadToEndAsync();

        Assert.Equal(1, host.Metrics.CountOf(Server.Metrics.Limit.UnreadBodyBytes));
    }

    [Fact]
    [Covers("GAP-15")]
    public async Task An_unread_body_that_comes_too_slowly_closes_the_connection_and_is_counted_as_that()
    {
        var clock = new FakeClock();
        await using var host = await FrontHost.StartAsync(Apps.Answering("done"), clock: clock);
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync(method: "POST", headers: "Content-Length: 100\r\n");
        await connection.ReadAsync();
        await clock.UntilArmedAsync(TimeSpan.FromSeconds(5));
        clock.Advance(TimeSpan.FromSeconds(5));
        await connection.ReadToEndAsync();

        Assert.Equal(
            (1, 0), (host.Metrics.CountOf(Server.Metrics.Limit.UnreadBodyTime), host.Metrics.CountOf(Server.Metrics.Limit.UnreadBodyBytes)));
    }
}
