using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Bridge.Protocol.Instances;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.Tests.Sessions;
using Bridge.Server.Tests.Hosting;
using static Bridge.Protocol.Tests.Instances.TestWorker;

namespace Bridge.Protocol.Tests.Instances;

/// <summary>Instances that a peer does not run, and what the next one gets.</summary>
public sealed class RefusalTests
{
    private static readonly AsgiApplication Hello = (_, _, send) => Respond(send, "hello");

    [Fact]
    public async Task An_application_that_is_not_there_is_refused_and_may_be_elsewhere()
    {
        var worker = await Start(Hello);
        var instance = worker.Instance(Get, new FakeDriver(), "other");

        var ending = await instance.RunAsync(worker.Bridge).WithDeadline();

        Assert.Equal((EndingKind.Refused, EndingCause.NotFound, "There is no application other here."), (ending.Kind, ending.Cause, ending.Reason));
        Assert.True(instance.MayGoElsewhere);
    }

    [Fact]
    public async Task A_call_is_refused_where_only_instances_are_taken()
    {
        var both = await TwoSessions.Start();
        both.ServerHandler.OnAccept = exchange => _ = InstanceAcceptor.AcceptAsync(exchange, _ => null);
        both.Client.Open(Frames.Call(), default, null, out var call);

        Assert.Same(call, await both.ClientHandler.NextOver());
        Assert.Equal((ExchangeEndingKind.Refused, V1.RefusedCode.Unsupported), (call!.Ending!.Kind, call.Ending.RefusedCode));
    }

    [Fact]
    public async Task A_full_and_a_stopping_application_refuse_and_no_code_runs()
    {
        var go = new TaskCompletionSource();
        var calls = 0;
        var worker = await Start(
            async (_, _, send) =>
            {
                Interlocked.Increment(ref calls);
                await go.Task;
                await Respond(send, "");
            },
            maxInstances: 1);
        var first = worker.Run(Get, new FakeDriver());
        await WaitUntil.HoldsAsync(() => worker.Host.Started == 1);

        var full = await worker.Instance(Get, new FakeDriver()).RunAsync(worker.Bridge).WithDeadline();
        Assert.Equal((EndingKind.Refused, EndingCause.Overloaded), (full.Kind, full.Cause));

        var closed = worker.Application.CloseAsync();
        var stopping = await worker.Instance(Get, new FakeDriver()).RunAsync(worker.Bridge).WithDeadline();
        Assert.Equal((EndingKind.Refused, EndingCause.Draining), (stopping.Kind, stopping.Cause));

        go.SetResult();
        Assert.Equal(EndingKind.Finished, (await first).Kind);
        await closed.WithDeadline();
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task What_a_refusing_peer_was_sent_is_sent_to_the_next_one_in_order_and_once()
    {
        var received = new List<string>();
        var refusing = await TwoSessions.Start();
        var worker = await Start(async (_, receive, send) =>
        {
            HttpRequestEvent request;
            do
            {
                request = (HttpRequestEvent)await receive();
                received.Add(TextOf(request));
            }
            while (request.MoreBodyOrDefault);
            await Respond(send, "");
        });
        var driver = new FakeDriver();
        var instance = worker.Instance(Get, driver);

        var first = instance.RunAsync(refusing.Server);
        var exchange = await refusing.ClientHandler.NextToAccept();
        driver.Give(Body("one", more: true));
        driver.Give(Body("two", more: true));
        await WaitUntil.HoldsAsync(() => refusing.Client.Counters.HeldBytes == 2 * (64 + 3));
        exchange.Refuse(V1.RefusedCode.Overloaded, "busy");
        Assert.Equal(EndingKind.Refused, (await first.WithDeadline()).Kind);
        Assert.True(instance.MayGoElsewhere);
        driver.Give(Body("three", more: false));

        Assert.Equal(EndingKind.Finished, (await instance.RunAsync(worker.Bridge).WithDeadline()).Kind);

        Assert.Equal(["one", "two", "three"], received);
        Assert.False(instance.MayGoElsewhere || driver.CallsOverlapped);
    }

    [Fact]
    public async Task An_event_that_waited_for_the_window_of_a_refusing_peer_is_not_lost()
    {
        var total = 0;
        var refusing = await TwoSessions.Start();
        var worker = await Start(async (_, receive, send) =>
        {
            HttpRequestEvent request;
            do
            {
                request = (HttpRequestEvent)await receive();
                total += request.BodyOrDefault.Length;
            }
            while (request.MoreBodyOrDefault);
            await Respond(send, "");
        });
        var driver = new FakeDriver();
        for (var i = 0; i < 5; i++)
        {
            driver.Give(new HttpRequestEvent { Body = new byte[50_000], MoreBody = i < 4 });
        }

        var instance = worker.Instance(Get, driver);
        var first = instance.RunAsync(refusing.Server);
        var exchange = await refusing.ClientHandler.NextToAccept();
        await WaitUntil.HoldsAsync(() => refusing.Client.Counters.HeldBytes > 48 * 1024);
        exchange.Refuse(V1.RefusedCode.Draining, "bye");
        await first.WithDeadline();

        Assert.Equal(EndingKind.Finished, (await instance.RunAsync(worker.Bridge).WithDeadline()).Kind);
        Assert.Equal(250_000, total);
    }

    [Fact]
    public async Task An_instance_that_a_peer_has_accepted_is_not_for_another_one()
    {
        var sessions = await TwoSessions.Start();
        var instance = new Bridge.Protocol.Instances.RemoteInstance("app", Get, new FakeDriver(), TimeSpan.FromSeconds(1), new FakeClock());
        var running = instance.RunAsync(sessions.Server);
        var exchange = await sessions.ClientHandler.NextToAccept();
        exchange.Accept();
        await exchange.SendAsync(V1.PayloadKind.Event, new byte[] { 0xff }, more: false);

        Assert.Equal(EndingKind.Lost, (await running.WithDeadline()).Kind);
        Assert.False(instance.MayGoElsewhere);
    }

    [Fact]
    public async Task A_scope_that_is_too_large_or_wrong_is_refused_for_good()
    {
        var worker = await Start(Hello, options: new SessionOptions { HeadBytes = 2_000 });
        var instance = worker.Instance(Get with { QueryString = new byte[4_000] }, new FakeDriver());

        var ending = await instance.RunAsync(worker.Bridge).WithDeadline();

        Assert.Equal((EndingKind.Refused, EndingCause.ScopeTooLarge), (ending.Kind, ending.Cause));
        Assert.False(instance.MayGoElsewhere);
        var exchange = TwoSessions.Open(worker.Bridge, new byte[] { 0xff });
        await worker.NextOver();
        Assert.Equal(V1.RefusedCode.InvalidHead, exchange.Ending!.RefusedCode);
    }

    [Fact]
    public async Task A_session_that_drains_or_has_ended_refuses_before_anything_is_sent()
    {
        var worker = await Start(Hello);
        worker.Sessions.Client.Drain("enough");
        await worker.Sessions.ServerHandler.Drain;
        var instance = worker.Instance(Get, new FakeDriver());

        Assert.Equal(EndingCause.Draining, (await instance.RunAsync(worker.Bridge).WithDeadline()).Cause);
        await worker.Bridge.Ended.WithDeadline();
        Assert.Equal((EndingKind.Refused, true), ((await instance.RunAsync(worker.Bridge).WithDeadline()).Kind, instance.MayGoElsewhere));
    }

    [Fact]
    public async Task A_client_that_leaves_before_its_instance_runs_costs_the_application_nothing()
    {
        var worker = await Start(Hello);
        var driver = new FakeDriver();
        driver.Leave();

        Assert.Equal(EndingKind.Disconnected, (await worker.Run(Get, driver)).Kind);

        Assert.Equal(0, worker.Host.Started);
        Assert.Equal(0, worker.Bridge.OpenedHere);
    }
}
