using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;

namespace Bridge.Server.Tests.Http;

public sealed class HttpDisconnectTests
{
    [Fact]
    [Covers("HTTP-48", "HTTP-49", "HTTP-50")]
    public async Task A_client_that_leaves_before_the_response_ends_the_wait_of_receive()
    {
        var waiting = new TaskCompletionSource();
        var seen = new TaskCompletionSource<AsgiEvent>();
        await using var host = await FrontHost.StartAsync(async (_, receive, _) =>
        {
            await receive();
            var next = receive();
            waiting.SetResult();
            seen.SetResult(await next);
        });
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync();
        await waiting.Task.WithDeadline();
        connection.Reset();

        Assert.IsType<HttpDisconnectEvent>(await seen.Task.WithDeadline());
        Assert.Equal(EndingKind.Disconnected, (await host.App.NextEndingAsync()).Kind);
    }

    [Fact]
    [Covers("HTTP-51", "HTTP-52", "HTTP-53", "HTTP-54", "CORE-24", "VER-05", "KES-10")]
    public async Task Sending_after_the_client_has_left_raises_and_is_no_error_of_the_log()
    {
        var raised = new TaskCompletionSource<Exception>();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await send(Apps.Start());
            await send(Apps.Body("first", moreBody: true));
            while (await receive() is not HttpDisconnectEvent)
            {
            }

            try
            {
                await send(Apps.Body("second", moreBody: true));
            }
            catch (Exception error)
            {
                raised.SetResult(error);
                throw;
            }
        });
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync();
        await connection.ReadThroughAsync("first");
        connection.Reset();

        Assert.IsType<ClientDisconnectedException>(await raised.Task.WithDeadline());
        Assert.Equal(EndingKind.Disconnected, (await host.App.NextEndingAsync()).Kind);
        Assert.Empty(host.Log.Errors);
    }

    [Fact]
    [Covers("HTTP-52", "GAP-19")]
    public async Task A_send_that_waits_for_a_slow_client_raises_when_the_client_leaves()
    {
        var blocked = new TaskCompletionSource();
        await using var host = await FrontHost.StartAsync(async (_, _, send) =>
        {
            await send(Apps.Start());
            while (true)
            {
                var pending = send(new HttpResponseBodyEvent { Body = new byte[64 * 1024], MoreBody = true }).AsTask();
                if (await Task.WhenAny(pending, Task.Delay(300)) != pending)
                {
                    blocked.TrySetResult();
                }

                await pending;
            }
        });
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync();
        await blocked.Task.WithDeadline();
        connection.Reset();

        Assert.Equal(EndingKind.Disconnected, (await host.App.NextEndingAsync()).Kind);
    }

    [Theory]
    [InlineData("Content-Length: 100\r\n\r\nsome", true)]
    [InlineData("Content-Length: 100\r\n\r\nsome", false)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n", true)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n", false)]
    [Covers("GAP-16", "KES-10", "PB-11")]
    public async Task A_body_that_was_cut_never_looks_complete(string rest, bool halfClose)
    {
        var first = new TaskCompletionSource();
        var events = new List<AsgiEvent>();
        await using var host = await FrontHost.StartAsync(async (_, receive, _) =>
        {
            do
            {
                events.Add(await receive());
                first.TrySetResult();
            }
            while (events[^1] is HttpRequestEvent);
        });
        using var connection = await host.ConnectAsync();
        await connection.SendAsync($"POST / HTTP/1.1\r\nHost: h\r\n{rest}");
        await first.Task.WithDeadline();
        if (halfClose)
        {
            connection.HalfClose();
        }
        else
        {
            connection.Reset();
        }

        Assert.Equal(EndingKind.Disconnected, (await host.App.NextEndingAsync()).Kind);
        Assert.All(events[..^1], part => Assert.True(((HttpRequestEvent)part).MoreBodyOrDefault));
        Assert.IsType<HttpDisconnectEvent>(events[^1]);
    }

    [Fact]
    [Covers("KES-10")]
    public async Task A_client_that_closes_its_side_only_counts_as_gone()
    {
        var running = new TaskCompletionSource();
        var seen = new TaskCompletionSource<AsgiEvent>();
        await using var host = await FrontHost.StartAsync(async (_, receive, _) =>
        {
            await receive();
            running.SetResult();
            seen.SetResult(await receive());
        });
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync();
        await running.Task.WithDeadline();
        connection.HalfClose();

        Assert.IsType<HttpDisconnectEvent>(await seen.Task.WithDeadline());
    }

    [Fact]
    [Covers("HTTP-49")]
    public async Task A_receive_that_waits_when_the_response_ends_gives_the_disconnect()
    {
        var seen = new TaskCompletionSource<AsgiEvent>();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await receive();
            var early = receive();
            await Apps.RespondAsync(send);
            seen.SetResult(await early);
        });
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync();
        await connection.ReadAsync();

        Assert.IsType<HttpDisconnectEvent>(await seen.Task.WithDeadline());
    }

    [Fact]
    [Covers("HTTP-49")]
    public async Task A_completed_response_ends_a_wait_for_the_rest_of_the_body()
    {
        var seen = new TaskCompletionSource<AsgiEvent>();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            var body = receive();
            await Apps.RespondAsync(send, "enough");
            seen.SetResult(await body);
        });
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync(method: "POST", headers: "Content-Length: 10\r\n");

        Assert.IsType<HttpDisconnectEvent>(await seen.Task.WithDeadline());
        Assert.Equal("enough", (await connection.ReadAsync()).Body);
        await connection.SendAsync("0123456789");
        await connection.RequestAsync(method: "POST", headers: "Content-Length: 0\r\n");
        Assert.Equal("enough", (await connection.ReadAsync()).Body);
    }

    [Fact]
    public async Task A_client_that_leaves_with_its_response_does_not_disturb_what_the_application_still_does()
    {
        var go = new TaskCompletionSource();
        var token = new TaskCompletionSource<CancellationToken>();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await Apps.RespondAsync(send, "all");
            token.SetResult(AsgiCancellation.Token);
            Assert.IsType<HttpDisconnectEvent>(await receive());
            await go.Task;
        });
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync();
        Assert.Equal("all", (await connection.ReadAsync()).Body);
        connection.Reset();
        Assert.False((await token.Task.WithDeadline()).IsCancellationRequested);
        go.SetResult();

        Assert.Equal(EndingKind.Finished, (await host.App.NextEndingAsync()).Kind);
    }
}
