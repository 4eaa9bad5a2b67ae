using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;
using Bridge.Protocol.Instances;
using Bridge.Protocol.Sessions;
using Bridge.Server.Tests.Hosting;
using static Bridge.Protocol.Tests.Instances.TestWorker;

namespace Bridge.Protocol.Tests.Instances;

/// <summary>WebSockets, and protocols of the users' own, whose application is at the other end of a session.</summary>
public sealed class SocketTests
{
    private static readonly AsgiEvent Accept = new WebSocketAcceptEvent();

    [Fact]
    public async Task Messages_go_both_ways_until_the_client_closes()
    {
        var worker = await Start(async (_, receive, send) =>
        {
            await receive();
            await send(Accept);
            while (await receive() is WebSocketReceiveEvent message)
            {
                await send(new WebSocketSendEvent { Text = message.Text + "!" });
            }
        });
        var driver = new FakeDriver();
        driver.Give(WebSocketConnectEvent.Instance);

        var running = worker.Run(Socket, driver);
        Assert.IsType<WebSocketAcceptEvent>(await driver.TakeAsync());
        driver.Give(Text("one"));
        Assert.Equal("one!", TextOf(await driver.TakeAsync()));
        driver.Give(Text("two"));
        Assert.Equal("two!", TextOf(await driver.TakeAsync()));
        driver.Give(new WebSocketDisconnectEvent { Code = 1000, Reason = "" });

        Assert.Equal(EndingKind.Disconnected, (await running).Kind);
    }

    [Fact]
    public async Task A_close_comes_behind_what_the_client_had_said_and_makes_send_raise_at_once()
    {
        var go = new TaskCompletionSource();
        var received = new List<string>();
        Exception? raised = null;
        var worker = await Start(async (_, receive, send) =>
        {
            await receive();
            await send(Accept);
            await go.Task;
            raised = await Record.ExceptionAsync(() => send(new WebSocketSendEvent { Text = "too late" }).AsTask());
            AsgiEvent next;
            do
            {
                next = await receive();
                received.Add(TextOf(next));
            }
            while (next is WebSocketReceiveEvent);
        });
        var driver = new FakeDriver();
        driver.Give(WebSocketConnectEvent.Instance);
        var running = worker.Run(Socket, driver);
        await driver.TakeAsync();

        driver.Give(Text("last"));
        driver.Give(Text("words"));
        driver.Give(new WebSocketDisconnectEvent { Code = 1001, Reason = "" });
        await worker.Clock.UntilArmedAsync(worker.Host.Limits.GraceTime);
        go.SetResult();

        await running;
        Assert.Equal(["last", "words", "websocket.disconnect"], received);
        Assert.IsType<ClientDisconnectedException>(raised);
    }

    [Fact]
    public async Task A_client_that_vanishes_overtakes_what_it_had_said()
    {
        var go = new TaskCompletionSource();
        AsgiEvent? next = null;
        var worker = await Start(async (_, receive, send) =>
        {
            await receive();
            await send(Accept);
            await go.Task;
            next = await receive();
        });
        var driver = new FakeDriver();
        driver.Give(WebSocketConnectEvent.Instance);
        var running = worker.Run(Socket, driver);
        await driver.TakeAsync();

        driver.Give(Text("unheard"));
        driver.Give(new WebSocketDisconnectEvent { Code = 1006, Reason = "" });

        Assert.Equal(EndingKind.Disconnected, (await running).Kind);
        await worker.Clock.UntilArmedAsync(worker.Host.Limits.GraceTime);
        go.SetResult();
        await worker.NextOver();
        Assert.Equal(1006, Assert.IsType<WebSocketDisconnectEvent>(next).Code);
    }

    [Fact]
    public async Task An_application_that_closes_receives_its_own_code_at_once()
    {
        AsgiEvent? next = null;
        var worker = await Start(async (_, receive, send) =>
        {
            await receive();
            await send(Accept);
            await send(new WebSocketCloseEvent { Code = 4001, Reason = "enough" });
            next = await receive();
        });
        var driver = new FakeDriver();
        driver.Give(WebSocketConnectEvent.Instance);

        var ending = await worker.Run(Socket, driver);

        Assert.Equal((EndingKind.Finished, SendProgress.Complete), (ending.Kind, ending.Progress));
        Assert.Equal(new WebSocketDisconnectEvent { Code = 4001, Reason = "enough" }, next);
        Assert.Equal(["websocket.accept", "websocket.close"], driver.TakeAll().Select(message => message.Type));
    }

    [Fact]
    public async Task A_message_that_the_peer_does_not_take_ends_the_socket_as_too_large()
    {
        AsgiEvent? next = null;
        var worker = await Start(
            async (_, receive, send) =>
            {
                await receive();
                await send(Accept);
                next = await receive();
            },
            options: new SessionOptions { EventBytes = 1_000 });
        var driver = new FakeDriver();
        driver.Give(WebSocketConnectEvent.Instance);
        var running = worker.Run(Socket, driver);
        await driver.TakeAsync();

        driver.Give(new WebSocketReceiveEvent { Bytes = new byte[2_000] });

        var ending = await running;
        Assert.Equal((EndingKind.Lost, EndingCause.EventTooLarge), (ending.Kind, ending.Cause));
        await worker.NextOver();
        Assert.IsType<WebSocketDisconnectEvent>(next);
    }

    [Fact]
    public async Task A_close_that_waits_behind_messages_nobody_takes_is_given_up_after_its_patience()
    {
        var go = new TaskCompletionSource();
        var worker = await Start(async (_, receive, send) =>
        {
            await receive();
            await send(Accept);
            await go.Task;
        });
        var driver = new FakeDriver();
        driver.Give(WebSocketConnectEvent.Instance);
        var running = worker.Run(Socket, driver);
        await driver.TakeAsync();
        for (var i = 0; i < 20; i++)
        {
            driver.Give(new WebSocketReceiveEvent { Bytes = new byte[8_000] });
        }

        await WaitUntil.HoldsAsync(() => worker.Sessions.Client.Counters.HeldBytes > 8_000);
        driver.Leave();
        await worker.Clock.UntilArmedAsync(ClosePatience);
        worker.Clock.Advance(ClosePatience);

        Assert.Equal(EndingKind.Disconnected, (await running).Kind);
        go.SetResult();
        await worker.NextOver();
        Assert.Equal(0, worker.Sessions.Client.Counters.HeldBytes);
    }

    [Fact]
    public async Task A_protocol_of_the_users_own_crosses_with_its_disconnect()
    {
        var received = new List<AsgiEvent>();
        var worker = await Start(async (_, receive, send) =>
        {
            received.Add(await receive());
            await send(new CustomEvent("telnet.write"));
            received.Add(await receive());
        });
        var driver = new FakeDriver();
        driver.Give(new CustomEvent("telnet.line"));

        var running = worker.Run(new CustomScope("telnet"), driver);
        Assert.Equal("telnet.write", (await driver.TakeAsync()).Type);
        driver.Give(new CustomEvent("telnet.disconnect"));

        Assert.Equal(EndingKind.Disconnected, (await running).Kind);
        await worker.NextOver();
        Assert.Equal(["telnet.line", "telnet.disconnect"], received.Select(message => message.Type));
    }

    [Fact]
    public async Task An_instance_crosses_two_sessions_as_it_crosses_one()
    {
        var worker = await Start(async (_, receive, send) =>
        {
            var request = (HttpRequestEvent)await receive();
            await Respond(send, TextOf(request));
        });
        var front = await Sessions.TwoSessions.Start();
        var forwarding = new Forwarding(worker);
        front.ServerHandler.OnAccept = exchange => _ = InstanceAcceptor.AcceptAsync(exchange, _ => forwarding);
        var driver = new FakeDriver();
        driver.Give(Body("there and back", more: false));

        var ending = await new RemoteInstance("app", Get, driver, TimeSpan.FromSeconds(1), new FakeClock()).RunAsync(front.Client).WithDeadline();

        Assert.Equal(EndingKind.Finished, ending.Kind);
        Assert.Equal("there and back", TextOf(driver.TakeAll()[^1]));
    }

    private static WebSocketReceiveEvent Text(string text) => new() { Text = text };

    private sealed class Forwarding(TestWorker worker) : IApplication
    {
        public string Name => "app";

        public Task<InstanceEnding> RunAsync(AsgiScope scope, IDriver driver) => worker.Instance(scope, driver).RunAsync(worker.Bridge);
    }
}
