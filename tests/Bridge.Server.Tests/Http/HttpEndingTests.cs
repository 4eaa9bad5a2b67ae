using Asgiref.Core;
using Asgiref.Core.Hosting;
using Bridge.Server.Metrics;

namespace Bridge.Server.Tests.Http;

public sealed class HttpEndingTests
{
    /// <summary>How often the front looks for responses that are late.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private static readonly AsgiApplication Raising = (_, _, _) => throw new InvalidOperationException("secret");

    [Fact]
    [Covers("CORE-22", "KES-24")]
    public async Task An_application_that_raises_before_the_response_is_a_500_that_tells_nothing()
    {
        var response = await RespondAsync(Raising);

        Assert.Equal(500, response.Status);
        Assert.DoesNotContain("secret", response.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HEAD", "")]
    [InlineData("head", "The application failed.\n")]
    [Covers("KES-24")]
    public async Task Only_HEAD_in_capitals_is_answered_without_a_body(string method, string body)
    {
        await using var host = await FrontHost.StartAsync(Raising);
        using var connection = await host.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await connection.RequestAsync(method: method);
            var response = await connection.ReadAsync(answersHead: method == "HEAD");

            Assert.Equal((500, body, "24"), (response.Status, response.Body, response.Header("Content-Length")));
        }
    }

    [Fact]
    public async Task With_detailed_errors_the_500_says_what_was_raised()
    {
        var response = await RespondAsync(Raising, new() { ["Bridge:DetailedErrors"] = "true" });

        Assert.Contains("InvalidOperationException: secret", response.Body, StringComparison.Ordinal);
    }

    [Fact]
    [Covers("HTTP-39", "GAP-10")]
    public async Task A_head_that_has_not_gone_out_is_replaced_by_the_500()
    {
        var response = await RespondAsync(async (_, _, send) =>
        {
            await send(Apps.Start(201, ("x-gone", "1"), ("content-length", "7")));
            throw new InvalidOperationException();
        });

        Assert.Equal((500, null), (response.Status, response.Header("X-Gone")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Covers("GAP-10", "CORE-22", "KES-24")]
    public async Task An_end_in_the_middle_of_the_response_cuts_the_connection(bool raises)
    {
        await using var host = await FrontHost.StartAsync(async (_, _, send) =>
        {
            await send(Apps.Start());
            await send(Apps.Body("part", moreBody: true));
            if (raises)
            {
                throw new InvalidOperationException();
            }
        });
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync();
        var received = await connection.ReadToEndAsync();

        Assert.DoesNotContain("0\r\n\r\n", received, StringComparison.Ordinal);
    }

    [Fact]
    [Covers("GAP-10")]
    public async Task An_application_that_returns_without_a_response_is_a_500_logged_once()
    {
        await using var host = await FrontHost.StartAsync((_, _, _) => Task.CompletedTask);
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync();

        Assert.Equal(500, (await connection.ReadAsync()).Status);
        Assert.Single(host.Log.Entries, entry =>
            entry.Level >= Microsoft.Extensions.Logging.LogLevel.Warning && entry.Category.StartsWith("Bridge.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(EndingKind.Lost, 502)]
    [InlineData(EndingKind.Refused, 503)]
    [InlineData(EndingKind.TimedOut, 504)]
    [Covers("PB-12", "GAP-20")]
    internal async Task Every_other_ending_before_the_response_has_its_status(EndingKind ending, int status)
    {
        var response = await RespondAsync((_, _, _) => throw new TestApplication.EndAs(ending));

        Assert.Equal((status, status == 503 ? "1" : null), (response.Status, response.Header("Retry-After")));
    }

    [Fact]
    [Covers("PB-12")]
    public async Task A_loss_after_the_start_cuts_the_connection()
    {
        await using var host = await FrontHost.StartAsync(async (_, _, send) =>
        {
            await send(Apps.Start());
            await send(Apps.Body("part", moreBody: true));
            throw new TestApplication.EndAs(EndingKind.Lost);
        });
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync();

        Assert.DoesNotContain("0\r\n\r\n", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_lives_on_after_a_500()
    {
        await using var host = await FrontHost.StartAsync(Raising);
        using var connection = await host.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            await connection.RequestAsync();
            Assert.Equal(500, (await connection.ReadAsync()).Status);
        }
    }

    [Fact]
    [Covers("GAP-20")]
    public async Task An_application_that_does_not_answer_in_its_time_is_a_504_and_a_disconnect()
    {
        var clock = new FakeClock();
        var running = new TaskCompletionSource();
        await using var host = await FrontHost.StartAsync(
            async (_, receive, _) =>
            {
                await receive();
                var disconnect = receive();
                running.SetResult();
                await disconnect;
            },
            new() { ["Bridge:Http:ResponseStartTimeout"] = "00:00:10" },
            clock);
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync();
        await running.Task.WithDeadline();
        await clock.UntilArmedAsync(Look);
        clock.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal(504, (await connection.ReadAsync()).Status);
        Assert.Equal(1, host.Metrics.CountOf(Limit.ResponseStartTime));
        Assert.Equal(EndingKind.TimedOut, (await host.App.NextEndingAsync()).Kind);
    }

    [Fact]
    [Covers("GAP-20")]
    public async Task Waiting_for_a_slow_upload_is_not_the_applications_time()
    {
        var clock = new FakeClock();
        using var waits = new SemaphoreSlim(0);
        await using var host = await FrontHost.StartAsync(
            async (_, receive, send) =>
                await Apps.RespondAsync(send, $"{(await Apps.ReadBodyAsync(Apps.TellingWaits(receive, waits)))!.Length}"),
            new() { ["Bridge:Http:ResponseStartTimeout"] = "00:00:10" },
            clock);
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync(method: "POST", headers: "Content-Length: 4\r\n");
        await clock.UntilArmedAsync(Look);
        for (var i = 0; i < 4; i++)
        {
            await waits.WaitAsync().WithDeadline();
            clock.Advance(TimeSpan.FromSeconds(11));
            await connection.SendAsync("x");
        }

        Assert.Equal("4", (await connection.ReadAsync()).Body);
        Assert.Equal(0, host.Metrics.CountOf(Limit.ResponseStartTime));
    }

    [Fact]
    [Covers("GAP-20")]
    public async Task A_look_at_the_very_moment_a_wait_for_the_client_ends_takes_none_of_it_for_the_applications_time()
    {
        var clock = new FakeClock();
        var looking = new InterruptingClock(clock);
        using var waits = new SemaphoreSlim(0);
        await using var host = await FrontHost.StartAsync(
            async (_, receive, send) =>
                await Apps.RespondAsync(send, $"{(await Apps.ReadBodyAsync(Apps.TellingWaits(receive, waits)))!.Length}"),
            new() { ["Bridge:Http:ResponseStartTimeout"] = "00:00:10" },
            looking);
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync(method: "POST", headers: "Content-Length: 4\r\n");
        await clock.UntilArmedAsync(Look);
        await waits.WaitAsync().WithDeadline();
        clock.Advance(TimeSpan.FromSeconds(11));
        looking.BeforeNextTimestamp(() => clock.Advance(TimeSpan.FromSeconds(1)));
        await connection.SendAsync("xxxx");

        Assert.Equal("4", (await connection.ReadAsync()).Body);
        Assert.Equal(0, host.Metrics.CountOf(Limit.ResponseStartTime));
    }

    [Fact]
    [Covers("GAP-20")]
    public async Task An_application_that_gives_up_waiting_for_the_client_still_has_its_time()
    {
        var clock = new FakeClock();
        using var waits = new SemaphoreSlim(0);
        using var giveUp = new CancellationTokenSource();
        var gaveUp = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        await using var host = await FrontHost.StartAsync(
            async (_, receive, send) =>
            {
                await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Apps.TellingWaits(receive, waits)(giveUp.Token));
                gaveUp.SetResult();
                await go.Task;
                await Apps.RespondAsync(send, status: 408);
            },
            new() { ["Bridge:Http:ResponseStartTimeout"] = "00:00:10" },
            clock);
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync(method: "POST", headers: "Content-Length: 4\r\n");
        await clock.UntilArmedAsync(Look);
        await waits.WaitAsync().WithDeadline();
        clock.Advance(TimeSpan.FromSeconds(11));
        await giveUp.CancelAsync();
        await gaveUp.Task.WithDeadline();
        clock.Advance(TimeSpan.FromSeconds(9));
        go.SetResult();

        Assert.Equal(408, (await connection.ReadAsync()).Status);
        Assert.Equal(0, host.Metrics.CountOf(Limit.ResponseStartTime));
    }

    [Fact]
    [Covers("GAP-20")]
    public async Task A_started_response_is_never_timed_out()
    {
        var clock = new FakeClock();
        var go = new TaskCompletionSource();
        await using var host = await FrontHost.StartAsync(
            async (_, _, send) =>
            {
                await send(Apps.Start());
                await send(Apps.Body("a", moreBody: true));
                await go.Task;
                await send(Apps.Body("b"));
            },
            new() { ["Bridge:Http:ResponseStartTimeout"] = "00:00:10" },
            clock);
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync();
        await connection.ReadThroughAsync("1\r\na\r\n");
        await clock.UntilArmedAsync(Look);
        clock.Advance(TimeSpan.FromSeconds(30));
        go.SetResult();

        Assert.Equal("1\r\nb\r\n", await connection.ReadThroughAsync("0\r\n\r\n"));
    }

    private static async Task<RawResponse> RespondAsync(AsgiApplication application, Dictionary<string, string?>? settings = null)
    {
        await using var host = await FrontHost.StartAsync(application, settings);
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync();
        return await connection.ReadAsync();
    }
}
