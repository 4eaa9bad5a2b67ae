using System.Net;
using System.Text;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;

namespace Bridge.Server.Tests.Http;

public sealed class HttpResponseTests
{
    [Fact]
    [Covers("HTTP-34", "HTTP-35", "HTTP-36", "HTTP-43", "HTTP-44", "KES-06")]
    public async Task Status_headers_and_body_go_out_as_the_application_gave_them()
    {
        var response = await RespondAsync(Apps.Answering("body", 207, ("content-type", "text/x"), ("x-a", "1"), ("x-b", "2"), ("x-a", "3")));

        Assert.Equal((207, "body", "text/x"), (response.Status, response.Body, response.Header("Content-Type")));
        Assert.Equal(["1", "3"], response.Values("x-a"));
        Assert.Null(response.Header("Server"));
        Assert.NotNull(response.Header("Date"));
    }

    [Fact]
    [Covers("HTTP-41")]
    public async Task A_content_encoding_is_the_applications_and_its_bytes_pass_as_they_are()
    {
        var response = await RespondAsync(Apps.Answering("not really gzip", 200, ("content-encoding", "gzip")));

        Assert.Equal(("gzip", "not really gzip"), (response.Header("Content-Encoding"), response.Body));
    }

    [Fact]
    [Covers("HTTP-06", "KES-06")]
    public async Task Ninety_nine_cookies_are_set_by_ninety_nine_fields_in_order()
    {
        var cookies = Enumerable.Range(0, 99).Select(i => ("set-cookie", $"c{i}={i}")).ToArray();
        var response = await RespondAsync(Apps.Answering("", 200, cookies));

        Assert.Equal(cookies.Select(cookie => cookie.Item2), response.Values("Set-Cookie"));
    }

    [Fact]
    [Covers("KES-22", "HTTP-04")]
    public async Task Every_byte_that_a_header_value_may_have_goes_out_unchanged()
    {
        var value = new string([.. Enumerable.Range(0x21, 0x5e).Concat(Enumerable.Range(0x80, 0x80)).Select(i => (char)i)]);
        var response = await RespondAsync(Apps.Answering("", 200, ("x-raw", value), ("location", value)));

        Assert.Equal((value, value), (response.Header("X-Raw"), response.Header("Location")));
    }

    [Fact]
    [Covers("HTTP-40", "KES-09")]
    public async Task Header_fields_about_the_connection_are_the_fronts()
    {
        var response = await RespondAsync(Apps.Answering(
            "body", 200, ("transfer-encoding", "chunked"), ("keep-alive", "timeout=1"), ("upgrade", "x"), ("connection", "upgrade"), ("te", "x")));

        Assert.Equal(("body", "4"), (response.Body, response.Header("Content-Length")));
        Assert.All(["Transfer-Encoding", "Keep-Alive", "Upgrade", "Connection", "TE"], name => Assert.Null(response.Header(name)));
    }

    [Fact]
    public async Task An_application_may_close_the_connection()
    {
        await using var host = await FrontHost.StartAsync(Apps.Answering("bye", 200, ("connection", "close")));
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync();

        Assert.Equal("bye", (await connection.ReadAsync()).Body);
        Assert.Equal("", await connection.ReadToEndAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(200_000)]
    [InlineData(3_000_000)]
    [Covers("HTTP-09")]
    public async Task A_body_in_one_piece_has_a_length_and_arrives_whole(int length)
    {
        var body = new string('b', length);
        var response = await RespondAsync(Apps.Answering(body));

        Assert.True(body == response.Body);
        Assert.Equal(length <= 64 * 1024 ? $"{length}" : response.Header("Content-Length"), response.Header("Content-Length"));
    }

    [Fact]
    [Covers("HTTP-39", "HTTP-42")]
    public async Task The_head_waits_for_the_first_body_event_and_each_part_goes_out_at_once()
    {
        TaskCompletionSource[] gates = [new(), new()];
        await using var host = await FrontHost.StartAsync(async (_, _, send) =>
        {
            await send(Apps.Start(200, ("content-type", "text/event-stream")));
            await send(Apps.Body(moreBody: true));
            await gates[0].Task;
            await send(Apps.Body("one", moreBody: true));
            await gates[1].Task;
            await send(Apps.Body("two"));
        });
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync();

        Assert.Equal(200, RawResponse.ParseHead(await connection.ReadThroughAsync("\r\n\r\n")).Status);
        gates[0].SetResult();
        Assert.Equal("3\r\n", await connection.ReadThroughAsync("one\r\n"));
        gates[1].SetResult();
        Assert.Equal("3\r\ntwo\r\n", await connection.ReadThroughAsync("0\r\n\r\n"));
    }

    [Fact]
    [Covers("HTTP-47")]
    public async Task The_last_body_event_completes_the_response_while_the_application_goes_on()
    {
        var go = new TaskCompletionSource();
        await using var host = await FrontHost.StartAsync(async (_, _, send) =>
        {
            await Apps.RespondAsync(send, "done");
            await send(Apps.Body("ignored"));
            await go.Task;
        });
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync();

        Assert.Equal("done", (await connection.ReadAsync()).Body);
        go.SetResult();
        await connection.RequestAsync();
        Assert.Equal("done", (await connection.ReadAsync()).Body);
    }

    [Theory]
    [InlineData("HEAD", 200, "10", "10")]
    [InlineData("HEAD", 200, null, null)]
    [InlineData("GET", 304, "10", "10")]
    [InlineData("GET", 204, "10", null)]
    [InlineData("GET", 204, null, null)]
    [Covers("GAP-11", "KES-09")]
    public async Task A_response_that_has_no_body_loses_it_and_keeps_its_length(string method, int status, string? length, string? seen)
    {
        await using var host = await FrontHost.StartAsync(Apps.Answering(
            "0123456789", status, length is null ? [] : [("content-length", length)]));
        using var connection = await host.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await connection.RequestAsync(method: method);
            var response = await connection.ReadAsync(answersHead: true);

            Assert.Equal((status, seen), (response.Status, response.Header("Content-Length")));
        }
    }

    [Theory]
    [InlineData("GET", 205)]
    [InlineData("head", 200)]
    [Covers("GAP-11")]
    public async Task An_empty_response_that_the_platform_frames_is_still_well_formed(string method, int status)
    {
        await using var host = await FrontHost.StartAsync(Apps.Answering("0123456789", status, ("content-length", "10")));
        using var connection = await host.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await connection.RequestAsync(method: method);
            var response = await connection.ReadAsync();

            Assert.Equal((status, ""), (response.Status, response.Body));
        }
    }

    [Fact]
    [Covers("GAP-12", "KES-09")]
    public async Task A_body_shorter_than_its_length_cuts_the_connection_and_is_logged_once()
    {
        await using var host = await FrontHost.StartAsync(Apps.Answering("short", 200, ("content-length", "10")));
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync();
        var received = await connection.ReadToEndAsync();

        Assert.DoesNotContain("\r\n\r\nshort\r\n", received, StringComparison.Ordinal);
        await host.App.NextEndingAsync();
        Assert.Single(host.Log.Messages, message => message.Contains("shorter than its content-length", StringComparison.Ordinal));
    }

    [Fact]
    [Covers("HTTP-02", "HTTP-13")]
    public async Task An_HTTP_1_0_client_gets_an_unframed_body_and_the_end_of_the_connection()
    {
        await using var host = await FrontHost.StartAsync(async (_, _, send) =>
        {
            await send(Apps.Start());
            await send(Apps.Body("one ", moreBody: true));
            await send(Apps.Body("two"));
        });
        using var connection = await host.ConnectAsync();
        await connection.SendAsync("GET / HTTP/1.0\r\n\r\n");
        var received = await connection.ReadToEndAsync();

        Assert.EndsWith("\r\n\r\none two", received, StringComparison.Ordinal);
        Assert.DoesNotContain("chunked", received, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    [Covers("HTTP-01", "HTTP-03")]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        await using var host = await FrontHost.StartAsync((scope, _, send) =>
            Apps.RespondAsync(send, ((Asgiref.Core.Scopes.HttpScope)scope).Path));
        using var connection = await host.ConnectAsync();
        await connection.SendAsync(string.Concat(Enumerable.Range(0, 50).Select(i => $"GET /{i} HTTP/1.1\r\nHost: h\r\n\r\n")));
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal($"/{i}", (await connection.ReadAsync()).Body);
        }
    }

    [Fact]
    [Covers("HTTP-46", "GAP-19", "CORE-11")]
    public async Task A_slow_reader_makes_send_wait_after_a_bounded_number_of_bytes()
    {
        const int Parts = 1024;
        var sent = 0;
        var blocked = new TaskCompletionSource();
        await using var host = await FrontHost.StartAsync(async (_, _, send) =>
        {
            await send(Apps.Start());
            var part = new byte[64 * 1024];
            for (var i = 0; i < Parts; i++)
            {
                var pending = send(new HttpResponseBodyEvent { Body = part, MoreBody = i + 1 < Parts }).AsTask();
                if (await Task.WhenAny(pending, Task.Delay(500)) != pending)
                {
                    blocked.TrySetResult();
                }

                await pending;
                Interlocked.Increment(ref sent);
            }
        });
        using var connection = await RawConnection.OpenAsync(new IPEndPoint(IPAddress.Loopback, host.Http1.Port), receiveBuffer: 64 * 1024);
        await connection.RequestAsync();
        await blocked.Task.WithDeadline();

        // On a busy machine a send may look blocked before it is; then this shows less, but never fails for it.
        Assert.InRange(Volatile.Read(ref sent), 0, Parts / 4);
        await connection.ReadThroughAsync("\r\n\r\n");
        await connection.SkipThroughAsync("\r\n0\r\n\r\n");
        await host.App.NextEndingAsync();
        Assert.Equal(Parts, sent);
    }

    [Fact]
    [Covers("GAP-27")]
    public async Task Memory_of_an_event_may_be_reused_once_send_has_returned()
    {
        var response = await RespondAsync(async (_, _, send) =>
        {
            var memory = Encoding.ASCII.GetBytes("first");
            await send(new HttpResponseStartEvent { Status = 200, Headers = [new AsgiHeader("x-a"u8.ToArray(), memory)] });
            memory.AsSpan().Fill((byte)'x');
            Encoding.ASCII.GetBytes("again", memory);
            await send(new HttpResponseBodyEvent { Body = memory, MoreBody = true });
            memory.AsSpan().Fill((byte)'y');
            await send(new HttpResponseBodyEvent());
        });

        Assert.Equal(("first", "again"), (response.Header("X-A"), response.Body));
    }

    private static async Task<RawResponse> RespondAsync(Asgiref.Core.AsgiApplication application)
    {
        await using var host = await FrontHost.StartAsync(application);
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync();
        return await connection.ReadAsync();
    }
}
