using System.Net;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Bridge.Server.Metrics;
using Bridge.Server.Tests.Hosting;
using Bridge.Server.Workers.Serving;
using Grpc.Core;

namespace Bridge.Server.Tests.Workers.Serving;

/// <summary>Clients that leave, workers that die, break a rule, are late or do not end.</summary>
public sealed class ServeEndingTests
{
    private static readonly HttpClient Client = new();

    [Fact]
    public async Task When_the_client_leaves_the_application_hears_it_once_and_what_it_still_sends_is_dropped()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var driver = new FakeDriver();
        var running = bridge.Begin(driver);
        var (instance, _) = await worker.NextStartAsync();

        driver.Leave();

        Assert.NotNull((await worker.NextEventAsync(instance)).HttpDisconnect);
        Assert.Equal(EndingKind.Disconnected, (await running.WithDeadline()).Kind);
        driver.Ended = true;
        Assert.Equal(1, bridge.Directory.Of("app").Running);
        await worker.RespondAsync(instance, "too late");
        await worker.ReadyAsync();
        _ = bridge.Begin();
        Assert.Equal(instance + 1, (await worker.NextStartAsync()).Instance);
        Assert.Equal(2, bridge.Bridge.Service<ServeMetrics>().Late);
        Assert.Empty(driver.TakeAll());
        Assert.False(driver.CalledAfterEnd);
    }

    [Fact]
    public async Task A_client_that_hangs_up_is_heard_by_the_worker()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        using var leaving = new CancellationTokenSource();
        var asking = Client.GetAsync(new Uri(bridge.Bridge.Http, "/app"), leaving.Token);
        var (instance, _) = await worker.NextStartAsync();
        Assert.NotNull((await worker.NextEventAsync(instance)).HttpRequest);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WithDeadline());
        Assert.NotNull((await worker.NextEventAsync(instance)).HttpDisconnect);
    }

    [Fact]
    public async Task An_instance_that_does_not_end_after_its_disconnect_ends_the_call()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Limits:GraceTime", "00:00:07"), ("Bridge:Limits:CancellationTime", "00:00:04"));
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var driver = new FakeDriver();
        var running = bridge.Begin(driver);
        await worker.NextStartAsync();

        driver.Leave();
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(11));
        bridge.Clock.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal(StatusCode.DeadlineExceeded, (await worker.StatusAsync()).StatusCode);
        Assert.Equal(EndingKind.Disconnected, (await running.WithDeadline()).Kind);
        Assert.Equal(1, bridge.Bridge.Metrics.CountOf(Limit.CancellationTime));
        await bridge.Directory.RunningAsync("app", 0);
    }

    [Fact]
    public async Task After_a_complete_response_the_application_gets_its_disconnect_and_may_go_on()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var asking = Client.GetAsync(new Uri(bridge.Bridge.Http, "/app"));
        var (instance, _) = await worker.NextStartAsync();
        Assert.NotNull((await worker.NextEventAsync(instance)).HttpRequest);

        await worker.EventAsync(instance, Events.Head(204));
        await worker.EventAsync(instance, Events.Body(""));

        Assert.NotNull((await worker.NextEventAsync(instance)).HttpDisconnect);
        using var answer = await asking.WithDeadline();
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        await worker.FinishAsync(instance);
        await worker.ReadyAsync();
        var next = bridge.Begin();
        await worker.RespondAsync((await worker.NextStartAsync()).Instance, "next");
        Assert.Equal(EndingKind.Finished, (await next.WithDeadline()).Kind);
    }

    [Fact]
    public async Task A_worker_that_dies_loses_what_it_ran_and_nothing_else()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var asking = Client.GetAsync(new Uri(bridge.Bridge.Http, "/app"));
        await worker.NextStartAsync();
        var waiting = bridge.Begin();
        await bridge.Directory.WaitingAsync("app", 1);

        worker.Kill();

        using var answer = await asking.WithDeadline();
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        using var other = await StubWorker.DialReadyAsync(bridge.Grpc);
        await other.RespondAsync((await other.NextStartAsync()).Instance, "here");
        Assert.Equal(EndingKind.Finished, (await waiting.WithDeadline()).Kind);
        await bridge.Directory.RunningAsync("app", 0);
        await WaitUntil.HoldsAsync(() => bridge.Bridge.Service<ServeMetrics>().Open == 1);
    }

    [Fact]
    public async Task A_response_that_was_begun_is_cut_when_the_worker_dies()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var asking = Client.GetAsync(new Uri(bridge.Bridge.Http, "/app"), HttpCompletionOption.ResponseHeadersRead);
        var (instance, _) = await worker.NextStartAsync();
        await worker.EventAsync(instance, Events.Head());
        await worker.EventAsync(instance, Events.Body("begun", more: true));
        using var answer = await asking.WithDeadline();

        worker.Kill();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync().WithDeadline());
    }

    [Fact]
    public async Task A_wrong_event_ends_the_call_and_loses_the_instance()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var asking = Client.GetAsync(new Uri(bridge.Bridge.Http, "/app"));
        var (instance, _) = await worker.NextStartAsync();

        await worker.EventAsync(instance, Events.Body("before the head"));

        var status = await worker.StatusAsync();
        Assert.Equal(StatusCode.InvalidArgument, status.StatusCode);
        Assert.Contains("http.response.body", status.Detail, StringComparison.Ordinal);
        using var answer = await asking.WithDeadline();
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
    }

    [Fact]
    public async Task What_comes_for_an_instance_that_is_over_is_dropped()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var first = bridge.Begin();
        var (instance, _) = await worker.NextStartAsync();
        await worker.RespondAsync(instance, "whole");
        await worker.EventAsync(instance, Events.Body("late"));
        await worker.FinishAsync(instance);
        await worker.ReadyAsync();
        await first.WithDeadline();
        var driver = new FakeDriver();
        var second = bridge.Begin(driver);
        var (next, _) = await worker.NextStartAsync();
        await worker.FailAsync(instance, "late");
        await worker.RespondAsync(next, "mine");

        Assert.Equal(EndingKind.Finished, (await second.WithDeadline()).Kind);
        Assert.Equal(2, driver.TakeAll().Count);
        Assert.Equal(3, bridge.Bridge.Service<ServeMetrics>().Late);
    }

    [Fact]
    public async Task The_bridge_reads_no_further_while_the_client_does_not()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var driver = new FakeDriver { Gate = new TaskCompletionSource() };
        var running = bridge.Begin(driver);
        var (instance, _) = await worker.NextStartAsync();
        await worker.EventAsync(instance, Events.Head());
        var writing = Task.Run(async () =>
        {
            for (var part = 0; part < 1000; part++)
            {
                await worker.EventAsync(instance, Events.Body(new byte[16 * 1024], more: true));
            }
        });

        // Meanwhile another worker serves as many bytes, and more.
        using var other = await StubWorker.DialReadyAsync(bridge.Grpc);
        for (var request = 0; request < 10; request++)
        {
            var beside = bridge.Begin();
            var (number, _) = await other.NextStartAsync();
            for (var part = 0; part < 200; part++)
            {
                await other.EventAsync(number, part == 0 ? Events.Head() : Events.Body(new byte[16 * 1024], more: true));
            }

            await other.FinishAsync(number);
            await other.ReadyAsync();
            await beside.WithDeadline();
        }

        // A call that is read no more takes about its window, far from 16 MB; a worker that dies is seen all the same.
        Assert.False(writing.IsCompleted);
        Assert.Empty(driver.TakeAll());
        worker.Kill();

        Assert.Equal(EndingKind.Lost, (await running.WithDeadline()).Kind);
        await Assert.ThrowsAnyAsync<Exception>(() => writing.WithDeadline());
    }

    [Fact]
    public async Task An_event_that_is_larger_than_a_message_is_not_sent()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Grpc:MaxMessageBytes", "131072"));
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var driver = new FakeDriver();
        var running = bridge.Begin(driver, new Asgiref.Core.Scopes.WebSocketScope { Path = "/" });
        var (instance, _) = await worker.NextStartAsync();
        driver.Give(WebSocketConnectEvent.Instance);
        Assert.NotNull((await worker.NextEventAsync(instance)).WebsocketConnect);
        await worker.EventAsync(instance, Events.Accept());

        driver.Give(new WebSocketReceiveEvent { Text = new string('x', 140_000) });

        Assert.Equal(1006u, (await worker.NextEventAsync(instance)).WebsocketDisconnect.Code);
        var ending = await running.WithDeadline();
        Assert.Equal((EndingKind.Lost, EndingCause.EventTooLarge), (ending.Kind, ending.Cause));
        await worker.FinishAsync(instance);
        await worker.ReadyAsync();
        _ = bridge.Begin();
        await worker.NextStartAsync();
    }
}
