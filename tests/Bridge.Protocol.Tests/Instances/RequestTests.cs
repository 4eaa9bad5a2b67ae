using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Rules;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.Tests.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Tests.Hosting;
using Google.Protobuf;
using static Bridge.Protocol.Tests.Instances.TestWorker;
using HttpScope = Asgiref.Core.Scopes.HttpScope;

namespace Bridge.Protocol.Tests.Instances;

/// <summary>HTTP requests that an application at the other end of a session answers.</summary>
public sealed class RequestTests
{
    private static HttpScope WithPathSend => Get with
    {
        Extensions = Asgiref.Core.Values.AsgiValueMap.Empty.With("http.response.pathsend", Asgiref.Core.Values.AsgiValue.None),
    };

    [Fact]
    public async Task A_request_arrives_whole_and_so_does_its_response()
    {
        HttpScope? seen = null;
        var parts = new List<(string, bool)>();
        var worker = await Start(async (scope, receive, send) =>
        {
            seen = (HttpScope)scope;
            HttpRequestEvent request;
            do
            {
                request = (HttpRequestEvent)await receive();
                parts.Add((TextOf(request), request.MoreBodyOrDefault));
            }
            while (request.MoreBodyOrDefault);
            await Respond(send, "hello");
        });
        var driver = new FakeDriver();
        driver.Give(Body("one", more: true));
        driver.Give(Body("two", more: false));

        var ending = await worker.Run(Get with { Path = "/somewhere" }, driver);

        Assert.Equal((EndingKind.Finished, SendProgress.Complete, null), (ending.Kind, ending.Progress, ending.Reason));
        Assert.Equal("/somewhere", seen!.Path);
        Assert.Equal([("one", true), ("two", false)], parts);
        Assert.Equal(["http.response.start", "hello"], driver.TakeAll().Select(TextOf));
        Assert.Equal(ExchangeEndingKind.Ended, (await worker.NextOver()).Kind);
        Assert.False(driver.CallsOverlapped || driver.CalledAfterEnd);
    }

    [Fact]
    public async Task A_large_body_crosses_unchanged_in_both_directions()
    {
        var worker = await Start(async (_, receive, send) =>
        {
            await send(new HttpResponseStartEvent { Status = 200 });
            HttpRequestEvent request;
            do
            {
                request = (HttpRequestEvent)await receive();
                await send(new HttpResponseBodyEvent { Body = request.Body, MoreBody = request.MoreBody });
            }
            while (request.MoreBodyOrDefault);
        });
        var bytes = new byte[1_000_003];
        new Random(7).NextBytes(bytes);
        var driver = new FakeDriver();
        driver.Give(new HttpRequestEvent { Body = bytes.AsMemory(0, 700_000), MoreBody = true });
        driver.Give(new HttpRequestEvent { Body = bytes.AsMemory(700_000), MoreBody = false });

        await worker.Run(Get, driver);

        Assert.Equal(bytes, driver.TakeAll().OfType<HttpResponseBodyEvent>().SelectMany(part => part.BodyOrDefault.ToArray()));
    }

    [Fact]
    public async Task An_application_that_does_not_receive_stops_its_client_at_a_window()
    {
        var go = new TaskCompletionSource();
        var worker = await Start(async (_, receive, send) =>
        {
            await go.Task;
            while (((HttpRequestEvent)await receive()).MoreBodyOrDefault)
            {
            }

            await Respond(send, "");
        });
        var driver = new FakeDriver();
        for (var i = 0; i < 20; i++)
        {
            driver.Give(new HttpRequestEvent { Body = new byte[16 * 1024], MoreBody = i < 19 });
        }

        var running = worker.Run(Get, driver);
        await WaitUntil.HoldsAsync(() => worker.Sessions.Client.Counters.HeldBytes > 48 * 1024);
        Assert.InRange(worker.Sessions.Client.Counters.HeldBytes, 48 * 1024, 64 * 1024);

        go.SetResult();
        Assert.Equal(EndingKind.Finished, (await running.WithDeadline()).Kind);
        Assert.Equal(0, worker.Sessions.Client.Counters.HeldBytes);
    }

    [Fact]
    public async Task A_client_that_leaves_is_heard_by_receive_once_and_makes_send_raise()
    {
        var started = new TaskCompletionSource();
        Exception? raised = null;
        var received = new List<AsgiEvent>();
        var worker = await Start(async (_, receive, send) =>
        {
            received.Add(await receive());
            started.SetResult();
            received.Add(await receive());
            raised = await Record.ExceptionAsync(() => send(new HttpResponseStartEvent { Status = 200 }).AsTask());
        });
        var driver = new FakeDriver();
        driver.Give(Body("", more: false));

        var running = worker.Run(Get, driver);
        await started.Task.WithDeadline();
        driver.Leave();

        Assert.Equal((EndingKind.Disconnected, SendProgress.NotStarted), ((await running).Kind, (await running).Progress));
        Assert.Equal(EndingKind.Disconnected, (await worker.Host.NextEnding()).Kind);
        Assert.Equal(["http.request", "http.disconnect"], received.Select(message => message.Type));
        Assert.IsType<ClientDisconnectedException>(raised);
        await worker.NextOver();
        Assert.Equal(0, worker.Bridge.OpenedHere);
    }

    [Fact]
    public async Task A_response_whose_client_leaves_while_it_is_slow_is_disconnected()
    {
        var worker = await Start(async (_, _, send) =>
        {
            await send(new HttpResponseStartEvent { Status = 200 });
            while (true)
            {
                await send(new HttpResponseBodyEvent { Body = new byte[10_000], MoreBody = true });
            }
        });
        var driver = new FakeDriver { Gate = new TaskCompletionSource() };
        driver.Give(Body("", more: false));

        var running = worker.Run(Get, driver);
        await WaitUntil.HoldsAsync(() => worker.Sessions.Server.Counters.HeldBytes > 50_000);
        driver.Leave();

        Assert.Equal(EndingKind.Disconnected, (await running).Kind);
        Assert.Equal(EndingKind.Disconnected, (await worker.Host.NextEnding()).Kind);
    }

    [Fact]
    public async Task After_a_complete_response_the_next_receive_is_the_disconnect_and_the_client_may_leave()
    {
        var left = new TaskCompletionSource();
        AsgiEvent? next = null;
        var worker = await Start(async (_, receive, send) =>
        {
            await receive();
            var waiting = receive();
            await Respond(send, "done");
            next = await waiting;
            await left.Task;
        });
        var driver = new FakeDriver();
        driver.Give(Body("", more: false));

        var running = worker.Run(Get, driver);
        Assert.Equal("http.response.start", (await driver.TakeAsync()).Type);
        Assert.Equal("done", TextOf(await driver.TakeAsync()));
        driver.Leave();
        left.SetResult();

        Assert.Equal(EndingKind.Finished, (await running).Kind);
        Assert.Equal("http.disconnect", next!.Type);
        Assert.Equal(EndingKind.Finished, (await worker.Host.NextEnding()).Kind);
    }

    [Fact]
    public async Task An_application_that_raises_has_failed_and_its_message_is_told()
    {
        var worker = await Start((_, _, _) => throw new InvalidOperationException("no soup"));
        var ending = await worker.Run(Get, new FakeDriver());
        Assert.Equal((EndingKind.Failed, SendProgress.NotStarted, "no soup"), (ending.Kind, ending.Progress, ending.Reason));
    }

    [Fact]
    public async Task An_application_that_leaves_out_its_response_has_finished_with_an_omission()
    {
        var worker = await Start((_, _, _) => Task.CompletedTask);
        var ending = await worker.Run(Get, new FakeDriver());
        Assert.Equal((EndingKind.Finished, "The application ended without a response."), (ending.Kind, ending.Reason));
    }

    [Fact]
    public async Task The_body_of_an_answer_to_head_does_not_cross()
    {
        var worker = await Start(async (_, _, send) =>
        {
            await send(new HttpResponseStartEvent { Status = 200, Headers = Asgiref.Core.Headers.AsgiHeaders.Of(("content-length", "100000")) });
            await send(new HttpResponseBodyEvent { Body = new byte[100_000] });
        });
        var driver = new FakeDriver();
        driver.Give(Body("", more: false));

        var ending = await worker.Run(Get with { Method = "HEAD" }, driver);

        Assert.Equal((EndingKind.Finished, null), (ending.Kind, ending.Reason));
        Assert.InRange(worker.Sessions.Client.Counters.BytesOut, 1, 5_000);
    }

    [Fact]
    public async Task A_file_is_read_where_the_application_is_and_crosses_as_a_body()
    {
        var path = Path.GetTempFileName();
        var bytes = new byte[200_001];
        new Random(3).NextBytes(bytes);
        await File.WriteAllBytesAsync(path, bytes);
        var worker = await Start(async (_, _, send) =>
        {
            await send(new HttpResponseStartEvent { Status = 200 });
            await send(new HttpResponsePathSendEvent { Path = path });
        });
        var driver = new FakeDriver();
        driver.Give(Body("", more: false));

        var ending = await worker.Run(WithPathSend, driver);
        File.Delete(path);

        Assert.Equal((EndingKind.Finished, SendProgress.Complete), (ending.Kind, ending.Progress));
        Assert.Equal(bytes, driver.TakeAll().OfType<HttpResponseBodyEvent>().SelectMany(part => part.BodyOrDefault.ToArray()));
    }

    [Fact]
    public async Task A_peer_cannot_name_a_file_of_the_bridge()
    {
        var sessions = await TwoSessions.Start();
        var driver = new FakeDriver();
        var running = new Bridge.Protocol.Instances.RemoteInstance("app", WithPathSend, driver, TimeSpan.FromSeconds(1), new FakeClock()).RunAsync(sessions.Server);
        var exchange = await sessions.ClientHandler.NextToAccept();
        exchange.Accept();
        await exchange.SendAsync(PayloadKind.Event, new SendEvent { HttpResponseStart = new() { Status = 200 } }.ToByteArray(), more: false);
        await exchange.SendAsync(PayloadKind.Event, new SendEvent { HttpResponsePathsend = new() { Path = "/etc/passwd" } }.ToByteArray(), more: false);

        var ending = await running.WithDeadline();

        Assert.Equal(EndingKind.Lost, ending.Kind);
        Assert.Contains("only its bytes cross", ending.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(driver.TakeAll(), message => message is HttpResponsePathSendEvent);
    }

    [Fact]
    public async Task A_limit_of_the_driver_is_heard_as_one_at_both_ends()
    {
        var worker = await Start(async (_, receive, _) => await receive());
        var driver = new FakeDriver { TimedOut = "No response within 5 s." };

        var running = worker.Run(Get, driver);
        await WaitUntil.HoldsAsync(() => worker.Host.Started == 1);
        driver.Leave();

        Assert.Equal((EndingKind.TimedOut, "No response within 5 s."), ((await running).Kind, (await running).Reason));
        var atWorker = await worker.Host.NextEnding();
        Assert.Equal((EndingKind.TimedOut, "No response within 5 s."), (atWorker.Kind, atWorker.Reason));
    }

    [Fact]
    public async Task An_application_that_ignores_its_cancellation_keeps_its_place_but_not_its_client()
    {
        var go = new TaskCompletionSource();
        var worker = await Start(async (_, _, _) => await go.Task);
        var running = worker.Run(Get, new FakeDriver());
        await WaitUntil.HoldsAsync(() => worker.Host.Started == 1);

        worker.Application.LiveInstances()[0].Stop("The worker stops.");
        await worker.Clock.UntilArmedAsync(worker.Host.Limits.GraceTime);
        worker.Clock.Advance(worker.Host.Limits.GraceTime);
        await worker.Clock.UntilArmedAsync(worker.Host.Limits.CancellationTime);
        worker.Clock.Advance(worker.Host.Limits.CancellationTime);

        var ending = await running;
        Assert.Equal((EndingKind.Lost, "The application ignores its cancellation."), (ending.Kind, ending.Reason));
        Assert.Equal(1, worker.Bridge.OpenedHere);
        go.SetResult();
        await worker.NextOver();
        Assert.Equal(0, worker.Bridge.OpenedHere);
    }

    [Fact]
    public async Task A_peer_that_breaks_the_order_of_events_is_lost_and_reset()
    {
        var sessions = await TwoSessions.Start();
        var driver = new FakeDriver();
        var running = new Bridge.Protocol.Instances.RemoteInstance("app", Get, driver, TimeSpan.FromSeconds(1), new FakeClock()).RunAsync(sessions.Server);
        var exchange = await sessions.ClientHandler.NextToAccept();
        exchange.Accept();
        await exchange.SendAsync(PayloadKind.Body, "too early"u8.ToArray(), more: false);

        var ending = await running.WithDeadline();

        Assert.Equal(EndingKind.Lost, ending.Kind);
        Assert.Equal("The application's process broke a rule: http.response.body: the response has not been started.", ending.Reason);
        Assert.Equal(ReceivedKind.End, (await exchange.ReceiveAsync().AsTask().WithDeadline()).Kind);
        Assert.Equal(ResetCode.Violation, exchange.Ending!.ResetCode);
    }

    [Fact]
    public async Task A_session_that_ends_loses_what_runs_on_it_and_its_applications_hear_a_disconnect()
    {
        var worker = await Start(async (_, receive, send) =>
        {
            await send(new HttpResponseStartEvent { Status = 200 });
            await send(new HttpResponseBodyEvent { Body = "part"u8.ToArray(), MoreBody = true });
            await receive();
            await receive();
        });
        var driver = new FakeDriver();
        driver.Give(Body("", more: false));
        var running = worker.Run(Get, driver);
        await driver.TakeAsync();
        await driver.TakeAsync();

        worker.Bridge.Close(GoodbyeCode.Internal, "pulled the plug");

        var ending = await running;
        Assert.Equal((EndingKind.Lost, SendProgress.Started), (ending.Kind, ending.Progress));
        Assert.Contains("pulled the plug", ending.Reason, StringComparison.Ordinal);
        Assert.Equal(EndingKind.Disconnected, (await worker.Host.NextEnding()).Kind);
    }
}
