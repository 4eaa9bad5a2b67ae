using Bridge.Server.Management;
using Bridge.Server.Metrics;

namespace Bridge.Server.Tests.Http;

public sealed class HttpLimitTests
{
    [Theory]
    [InlineData(200, 200)]
    [InlineData(201, 431)]
    [Covers("KES-25")]
    public async Task Header_fields_are_counted_and_limited(int count, int status)
    {
        await using var host = await FrontHost.StartAsync(Apps.Answering("ok"));
        var fields = string.Concat(Enumerable.Range(1, count - 1).Select(i => $"X-{i}: {i}\r\n"));

        Assert.Equal(status, await StatusOfAsync(host, $"GET / HTTP/1.1\r\nHost: h\r\n{fields}\r\n"));
        Assert.Equal(status == 431 ? 1 : 0, host.Metrics.CountOf(Limit.HeaderCount));
    }

    [Theory]
    [InlineData(50_000, 200)]
    [InlineData(70_000, 431)]
    [Covers("KES-25")]
    public async Task Bytes_of_header_fields_are_limited(int length, int status)
    {
        await using var host = await FrontHost.StartAsync(Apps.Answering("ok"));

        Assert.Equal(status, await StatusOfAsync(host, $"GET / HTTP/1.1\r\nHost: h\r\nX: {new string('x', length)}\r\n\r\n"));
        Assert.Equal(status == 431 ? 1 : 0, host.Metrics.CountOf(Limit.HeaderBytes));
    }

    [Theory]
    [InlineData(100, 200)]
    [InlineData(101, 431)]
    public async Task Fields_of_one_name_are_limited(int count, int status)
    {
        await using var host = await FrontHost.StartAsync(Apps.Answering("ok"));
        var fields = string.Concat(Enumerable.Repeat("X-Same: 1\r\n", count));

        Assert.Equal(status, await StatusOfAsync(host, $"GET / HTTP/1.1\r\nHost: h\r\n{fields}\r\n"));
        Assert.Equal(status == 431 ? 1 : 0, host.Metrics.CountOf(Limit.DuplicateHeaders));
    }

    [Theory]
    [InlineData(8_000, 200)]
    [InlineData(9_000, 414)]
    [Covers("KES-25")]
    public async Task The_request_line_is_limited(int length, int status)
    {
        await using var host = await FrontHost.StartAsync(Apps.Answering("ok"));

        Assert.Equal(status, await StatusOfAsync(host, $"GET /{new string('x', length)} HTTP/1.1\r\nHost: h\r\n\r\n"));
        Assert.Equal(status == 414 ? 1 : 0, host.Metrics.CountOf(Limit.RequestLineBytes));
    }

    [Theory]
    [InlineData("Content-Length: 11\r\n\r\n", 413)]
    [InlineData("Content-Length: 10\r\n\r\n0123456789", 200)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nB\r\n01234567890\r\n0\r\n\r\n", 413)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n", 200)]
    [Covers("KES-25")]
    public async Task A_body_limit_counts_announced_and_chunked_bytes(string rest, int status)
    {
        await using var host = await FrontHost.StartAsync(
            async (_, receive, send) =>
            {
                if (await Apps.ReadBodyAsync(receive) is not null)
                {
                    await Apps.RespondAsync(send, "ok");
                }
            },
            new() { ["Bridge:Http:MaxBodyBytes"] = "10" });

        Assert.Equal(status, await StatusOfAsync(host, $"POST / HTTP/1.1\r\nHost: h\r\n{rest}"));
        Assert.Equal(status == 413 ? 1 : 0, host.Metrics.CountOf(Limit.BodyBytes));
        Assert.Equal(rest.StartsWith("Content-Length: 11", StringComparison.Ordinal) ? 0 : 1, host.App.Started);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_after_the_start_cuts_the_connection()
    {
        await using var host = await FrontHost.StartAsync(Apps.EchoAsync, new() { ["Bridge:Http:MaxBodyBytes"] = "10" });
        using var connection = await host.ConnectAsync();
        await connection.SendAsync("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n");
        await connection.ReadThroughAsync("01234\r\n");
        await connection.SendAsync("6\r\n567890\r\n0\r\n\r\n");

        Assert.DoesNotContain("0\r\n\r\n", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Covers("KES-25")]
    public async Task Without_a_limit_a_body_may_be_larger_than_the_platforms_default()
    {
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
            await Apps.RespondAsync(send, $"{(await Apps.ReadBodyAsync(receive))!.Length}"));
        using var client = host.CreateClient();
        using var content = new ByteArrayContent(new byte[31_000_000]);
        using var response = await client.PostAsync(new Uri("/", UriKind.Relative), content).WithDeadline();

        Assert.Equal("31000000", await response.Content.ReadAsStringAsync().WithDeadline());
    }

    [Fact]
    public async Task A_tunnel_is_refused_and_never_an_http_scope()
    {
        await using var host = await FrontHost.StartAsync(Apps.Answering("ok"));

        Assert.Equal(501, await StatusOfAsync(host, "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n"));
        Assert.Equal(0, host.App.Started);
    }

    [Fact]
    public async Task Another_offer_to_upgrade_is_ignored()
    {
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
            await Apps.RespondAsync(send, $"{(await Apps.ReadBodyAsync(receive))!.Length}"));

        Assert.Equal(200, await StatusOfAsync(
            host, "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"));
    }

    [Theory]
    [InlineData("HeaderTimeout", 1, "GET / HTTP/1.1\r\nHost:", Limit.HeaderTime, "4xx")]
    [InlineData("KeepAliveTimeout", 5, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", Limit.KeepAliveTime, "2xx")]
    internal async Task A_connection_that_the_platform_ends_for_its_slowness_is_counted(
        string option, int seconds, string request, Limit limit, string status)
    {
        // The time of a keep-alive begins with the connection: it must be enough for a busy machine to send the request in.
        await using var host = await FrontHost.StartAsync(Apps.Answering("ok"), new() { [$"Bridge:Http:{option}"] = $"00:00:0{seconds}" });
        using var connection = await host.ConnectAsync();
        await connection.SendAsync(request);
        await connection.ReadToEndAsync();

        await WaitUntil.HoldsAsync(() => host.Metrics.CountOf(limit) == 1);
        Assert.Contains($"bridge_http_requests_total{{status=\"{status}\"}} 1\n", new PrometheusPage(host.Metrics).Render(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_below_the_configured_rate_is_counted()
    {
        await using var host = await FrontHost.StartAsync(
            async (_, receive, send) =>
            {
                await Apps.ReadBodyAsync(receive);
                await Apps.RespondAsync(send);
            },
            new() { ["Bridge:Http:MinRequestBytesPerSecond"] = "1000000" });
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync(method: "POST", headers: "Content-Length: 100\r\n");
        await connection.ReadToEndAsync();

        await WaitUntil.HoldsAsync(() => host.Metrics.CountOf(Limit.RequestBytesPerSecond) == 1);
    }

    [Theory]
    [InlineData("GET /here HTTP/1.1\r\nHost: h\r\n\r\n", "2xx")]
    [InlineData("GET /none HTTP/1.1\r\nHost: h\r\n\r\n", "4xx")]
    [InlineData("GET / HTTP/1.1\r\nHost: h\r\nX: \u0001\r\n\r\n", "4xx")]
    [InlineData("GET / HTTP/1.1\r\nno colon\r\n\r\n", "4xx")]
    [InlineData("CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n", "5xx")]
    public async Task A_request_is_counted_by_the_class_of_its_status_whoever_answers_it(string request, string status)
    {
        await using var host = await FrontHost.StartAsync(
            Apps.Answering("ok"), new() { ["Bridge:Http:Routes:0:Path"] = "/here", ["Bridge:Http:Routes:0:Application"] = "app" });
        Assert.NotEqual(0, await StatusOfAsync(host, request));

        var line = $"bridge_http_requests_total{{status=\"{status}\"}} 1\n";
        await WaitUntil.HoldsAsync(() => new PrometheusPage(host.Metrics).Render().Contains(line, StringComparison.Ordinal));
    }

    private static async Task<int> StatusOfAsync(FrontHost host, string request)
    {
        using var connection = await host.ConnectAsync();
        await connection.SendAsync(request);
        return (await connection.ReadAsync()).Status;
    }
}
