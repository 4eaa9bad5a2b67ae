using System.Diagnostics.Metrics;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Bridge.Client.Workers;
using Bridge.Protocol.V1;
using Bridge.Server.Tests.Hosting;
using static Bridge.Client.Tests.Workers.WorkerFixture;

namespace Bridge.Client.Tests.Workers;

/// <summary>A worker that starts, offers its applications and runs their instances.</summary>
public sealed class ServingTests
{
    [Fact]
    public async Task A_worker_names_itself_and_offers_its_applications()
    {
        await using var fixture = new WorkerFixture(
            Greeting,
            options => options.Applications.Add("other", Greeting),
            new WorkerApplicationOptions { Lifespan = WorkerLifespan.Off, MaxInstances = 7 });
        await fixture.Worker.StartAsync();
        var session = await fixture.Bridge.NextSession();
        var hello = await session.Hello;

        Assert.Equal("http://localhost:50051", session.Address);
        Assert.Equal(("w1", 16, 0u), (hello.Worker.Name, hello.Worker.ProcessId.Length, hello.Worker.Slot));
        Assert.Equal(10_000u, hello.Limits.Exchanges);
        Assert.Equal(7u, (await session.Offered(OfferState.Ready)).MaxInstances);
        Assert.Equal(10_000u, (await session.Offered(OfferState.Ready, "other")).MaxInstances);
        await fixture.Worker.WaitUntilReadyAsync().WithDeadline();
        Assert.True(fixture.Worker.IsReady);
    }

    [Fact]
    public async Task Two_workers_of_one_process_have_its_process_id()
    {
        await using var one = new WorkerFixture(Greeting);
        await using var other = new WorkerFixture(Greeting);
        var first = await (await one.StartAsync()).Hello;
        var second = await (await other.StartAsync()).Hello;

        Assert.Equal(first.Worker.ProcessId, second.Worker.ProcessId);
        Assert.NotEqual(new byte[16], first.Worker.ProcessId.ToByteArray());
    }

    [Fact]
    public async Task A_request_runs_in_the_worker()
    {
        await using var fixture = new WorkerFixture(Greeting);
        var session = await fixture.StartAsync();
        var driver = Request();

        var ending = await session.RunInstance(Get, driver);

        Assert.Equal(EndingKind.Finished, ending.Kind);
        Assert.Collection(
            driver.TakeAll(),
            start => Assert.Equal(200, Assert.IsType<HttpResponseStartEvent>(start).Status),
            body => Assert.Equal("hello"u8.ToArray(), Assert.IsType<HttpResponseBodyEvent>(body).BodyOrDefault.ToArray()));
        await session.Handler.NextOver();
        Assert.Equal(0, fixture.Worker.Metrics.LiveInstances);
    }

    [Fact]
    public async Task A_WebSocket_runs_in_the_worker()
    {
        await using var fixture = new WorkerFixture(async (_, receive, send) =>
        {
            Assert.IsType<WebSocketConnectEvent>(await receive());
            await send(new WebSocketAcceptEvent());
            var message = Assert.IsType<WebSocketReceiveEvent>(await receive());
            await send(new WebSocketSendEvent { Text = message.Text + "!" });
            await send(new WebSocketCloseEvent());
        });
        var session = await fixture.StartAsync();
        var driver = new FakeDriver();
        driver.Give(WebSocketConnectEvent.Instance);
        driver.Give(new WebSocketReceiveEvent { Text = "hi" });

        var ending = await session.RunInstance(Socket, driver);

        Assert.Equal(EndingKind.Finished, ending.Kind);
        Assert.Equal("hi!", driver.TakeAll().OfType<WebSocketSendEvent>().Single().Text);
    }

    [Fact]
    public async Task A_name_that_is_not_served_is_refused()
    {
        await using var fixture = new WorkerFixture(Greeting);
        var session = await fixture.StartAsync();

        var ending = await session.RunInstance(Get, Request(), "another");

        Assert.Equal(EndingKind.Refused, ending.Kind);
    }

    [Fact]
    public async Task More_instances_than_the_application_takes_are_refused()
    {
        var release = new TaskCompletionSource();
        var running = new TaskCompletionSource();
        await using var fixture = new WorkerFixture(
            async (scope, receive, send) =>
            {
                running.TrySetResult();
                await release.Task;
                await Greeting(scope, receive, send);
            },
            applicationOptions: new WorkerApplicationOptions { Lifespan = WorkerLifespan.Off, MaxInstances = 1 });
        var session = await fixture.StartAsync();
        var first = session.RunInstance(Get, Request());
        await running.Task.WithDeadline();

        var second = await session.RunInstance(Get, Request());
        release.SetResult();

        Assert.Equal(EndingKind.Refused, second.Kind);
        Assert.Equal(EndingKind.Finished, (await first).Kind);
    }

    [Fact]
    public async Task What_an_application_raises_is_logged_and_counted()
    {
        await using var fixture = new WorkerFixture((_, _, _) => throw new InvalidOperationException("broken"));
        var session = await fixture.StartAsync();

        var ending = await session.RunInstance(Get, Request());

        Assert.Equal(EndingKind.Failed, ending.Kind);
        Assert.Contains("Application app raised (http GET /) | broken", fixture.Log.Errors);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task A_send_after_the_client_has_gone_raises_unless_the_application_wants_it_ignored(bool ignore, bool returned)
    {
        var begun = new TaskCompletionSource();
        var after = false;
        await using var fixture = new WorkerFixture(
            async (scope, receive, send) =>
            {
                await receive();
                begun.SetResult();
                await receive();
                await Greeting(scope, receive, send);
                after = true;
            },
            applicationOptions: new WorkerApplicationOptions { Lifespan = WorkerLifespan.Off, IgnoreSendAfterDisconnect = ignore });
        var session = await fixture.StartAsync();
        var driver = Request();
        var running = session.RunInstance(Get, driver);
        await begun.Task.WithDeadline();
        driver.Leave();

        Assert.Equal(EndingKind.Disconnected, (await running).Kind);
        await WaitUntil.HoldsAsync(() => fixture.Worker.Metrics.LiveInstances == 0);
        Assert.Equal(returned, after);
    }

    [Fact]
    public async Task The_figures_of_a_worker_are_in_its_meter()
    {
        await using var fixture = new WorkerFixture((_, _, _) => throw new InvalidOperationException("broken"));
        var session = await fixture.StartAsync();
        await session.RunInstance(Get, Request());
        await session.RunInstance(Get, Request(), "another");
        session.Engine.RefuseOffer("another", "No.");
        await WaitUntil.HoldsAsync(() => fixture.Log.Errors.Count() == 2);
        var figures = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            figures[instrument.Name + string.Concat(tags.ToArray().Select(tag => $" {tag.Key}={tag.Value}"))] = value);
        foreach (var instrument in Instruments(fixture.Worker.Metrics.Meter))
        {
            listener.EnableMeasurementEvents(instrument);
        }

        listener.RecordObservableInstruments();

        Assert.Contains(new KeyValuePair<string, object?>("worker", "w1"), fixture.Worker.Metrics.Meter.Tags!);
        Assert.Equal(1, figures["bridge.worker.instances.started"]);
        Assert.Equal(0, figures["bridge.worker.instances.live"]);
        Assert.Equal(1, figures["bridge.worker.instances.ended ending=failed"]);
        Assert.Equal(0, figures["bridge.worker.instances.ended ending=lost"]);
        Assert.Equal(1, figures["bridge.worker.sessions.dialled"]);
        Assert.Equal(1, figures["bridge.worker.sessions.opened"]);
        Assert.Equal(1, figures["bridge.worker.sessions.established"]);
        Assert.Equal(1, figures["bridge.worker.offers.refused"]);
        Assert.Equal(0, figures["bridge.worker.limits.reached limit=drain_time"]);
        Assert.Equal(0, figures["bridge.worker.limits.reached limit=session_drain_time"]);
        Assert.InRange(figures["bridge.worker.bytes.received"], 100, 10_000);
        Assert.InRange(figures["bridge.worker.bytes.sent"], 100, 10_000);
    }

    [Fact]
    public async Task A_logger_that_raises_disturbs_nothing()
    {
        await using var fixture = new WorkerFixture((_, _, _) => throw new InvalidOperationException("broken"));
        fixture.Log.Fails = true;
        var session = await fixture.StartAsync();

        Assert.Equal(EndingKind.Failed, (await session.RunInstance(Get, Request())).Kind);
        Assert.Equal(EndingKind.Failed, (await session.RunInstance(Get, Request())).Kind);
    }

    [Fact]
    public async Task Each_slot_has_a_session_and_its_number()
    {
        await using var fixture = new WorkerFixture(Greeting, options => options.Sessions = 3);
        await fixture.Worker.StartAsync();
        var slots = new List<uint>();
        for (var number = 0; number < 3; number++)
        {
            var session = await fixture.Bridge.NextSession();
            slots.Add((await session.Hello).Worker.Slot);
            await session.Offered(OfferState.Ready);
            Assert.Equal(EndingKind.Finished, (await session.RunInstance(Get, Request())).Kind);
        }

        Assert.Equal([0u, 1u, 2u], slots.Order());
    }

    private static List<Instrument> Instruments(Meter meter)
    {
        var found = new List<Instrument>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter == meter)
            {
                found.Add(instrument);
            }
        };
        listener.Start();
        return found;
    }
}
