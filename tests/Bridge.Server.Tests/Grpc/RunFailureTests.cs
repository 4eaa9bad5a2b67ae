using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Server.Metrics;
using Grpc.Core;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Tests.Grpc;

/// <summary>Every way in which a call of Run goes wrong has its status.</summary>
public sealed class RunFailureTests
{
    public static TheoryData<string, V1.RunRequest[]> WrongDrivers() => new()
    {
        { "start: the first message is not the start", [Messages.Body("early")] },
        { "start: the first message is not the start", [new V1.RunRequest()] },
        { "start.application:", [Messages.HttpStart(application: "")] },
        { "start.scope: the scope is missing", [new V1.RunRequest { Start = new() { Application = "app" } }] },
        { "start.scope: a lifespan scope", [new V1.RunRequest { Start = new() { Application = "app", Scope = new() { Lifespan = new() } } }] },
        { "scope.http.method:", [Messages.HttpStart(method: "get")] },
        { "start: a second start", [Messages.HttpStart(), Messages.HttpStart()] },
        { "kind: the message has no kind", [Messages.HttpStart(), new V1.RunRequest()] },
        { "event.kind: the event has no kind", [Messages.HttpStart(), new V1.RunRequest { Event = new() }] },
        { "http_request: the request is already complete", [Messages.HttpStart(), Messages.Body(""), Messages.Body("")] },
        { "event.kind: websocket.connect does not belong", [Messages.HttpStart(), Messages.WebSocketConnect()] },
        { "event.kind: lifespan.startup does not belong", [Messages.HttpStart(), new V1.RunRequest { Event = new() { LifespanStartup = new() } }] },
        { "websocket_receive: websocket_connect comes first", [Messages.WebSocketStart(), Messages.WebSocketText("early")] },
        { "websocket_connect: it is sent once", [Messages.WebSocketStart(), Messages.WebSocketConnect(), Messages.WebSocketConnect()] },
        { "websocket_receive.data:", [Messages.WebSocketStart(), Messages.WebSocketConnect(), new V1.RunRequest { Event = new() { WebsocketReceive = new() } }] },
        { "event.kind: http.request does not belong", [Messages.CustomStart(), Messages.Body("")] },
        { "custom.type:", [Messages.CustomStart(), Messages.Custom("http.request")] },
    };

    /// <summary>Reads to its disconnect event, as an application should.</summary>
    private static AsgiApplication ReadToTheEnd { get; } = async (_, receive, _) =>
    {
        while (await receive() is not (HttpDisconnectEvent or WebSocketDisconnectEvent or CustomEvent { Name: "chat.disconnect" }))
        {
        }
    };

    [Theory]
    [MemberData(nameof(WrongDrivers), DisableDiscoveryEnumeration = true)]
    [Covers("CORE-20")]
    public async Task A_wrong_driver_message_is_named(string problem, V1.RunRequest[] messages)
    {
        await using var host = await GrpcHost.StartAsync(ReadToTheEnd);
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(messages);

        var end = await call.EndAsync();

        end.AssertIs(StatusCode.InvalidArgument, messages[0].Start is not null && messages.Length > 1 ? "disconnected" : "refused", problem);
        Assert.Equal(0, host.Metrics.LiveInstances);
    }

    [Theory]
    [InlineData(false, "start: the driver half-closed")]
    [InlineData(true, "http_request.more_body: the driver half-closed")]
    [Covers("GAP-16")]
    public async Task A_half_close_that_leaves_the_application_waiting_is_refused(bool started, string problem)
    {
        await using var host = await GrpcHost.StartAsync(ReadToTheEnd);
        using var channel = host.OpenChannel();
        using var call = new TestCall(channel);
        if (started)
        {
            await call.SendAsync(Messages.HttpStart(), Messages.Body("part", more: true));
        }

        await call.CompleteAsync();

        (await call.EndAsync()).AssertIs(StatusCode.InvalidArgument, started ? "disconnected" : "refused", problem);
    }

    [Fact]
    public async Task An_unknown_application_is_not_found()
    {
        await using var host = await GrpcHost.StartAsync(Applications.Hello);
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(Messages.HttpStart("nobody"));

        (await call.EndAsync()).AssertIs(StatusCode.NotFound, "refused", "nobody");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [Covers("CORE-22")]
    public async Task An_application_that_raises_is_unknown_and_told_only_on_request(bool afterStart, bool detailedErrors)
    {
        await using var host = await GrpcHost.StartAsync(
            async (_, _, send) =>
            {
                if (afterStart)
                {
                    await send(new HttpResponseStartEvent { Status = 200 });
                }

                throw new InvalidDataException("the secret");
            },
            ("DetailedErrors", detailedErrors.ToString()));
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(Messages.HttpStart());

        var end = await call.EndAsync();

        end.AssertIs(StatusCode.Unknown, "failed", detailedErrors ? "InvalidDataException: the secret" : "raised");
        Assert.Equal(detailedErrors, end.Status.Detail.Contains("secret", StringComparison.Ordinal));
        Assert.Equal(afterStart ? 1 : 0, end.Events.Count);
    }

    [Fact]
    [Covers("PB-08", "PB-11", "GAP-16")]
    public async Task A_cancelled_call_overtakes_what_was_sent_before()
    {
        var inside = new TaskCompletionSource();
        var left = new TaskCompletionSource<AsgiEvent>();
        var sendError = new TaskCompletionSource<Exception?>();
        await using var host = await GrpcHost.StartAsync(async (_, receive, send) =>
        {
            await receive();
            inside.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, AsgiCancellation.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            left.SetResult(await receive());
            sendError.SetResult(await Record.ExceptionAsync(() => send(new HttpResponseStartEvent { Status = 200 }).AsTask()));
        });
        using var channel = host.OpenChannel();
        using var cancel = new CancellationTokenSource();
        using var call = await new TestCall(channel, cancellationToken: cancel.Token).SendAsync(
            Messages.HttpStart(), Messages.Body("1", more: true), Messages.Body("2", more: true), Messages.Body("3"));
        await inside.Task.WithDeadline();
        await cancel.CancelAsync();

        Assert.IsType<HttpDisconnectEvent>(await left.Task.WithDeadline());
        Assert.IsType<ClientDisconnectedException>(await sendError.Task.WithDeadline());
        Assert.Equal(StatusCode.Cancelled, (await call.EndAsync()).Status.StatusCode);
    }

    [Fact]
    [Covers("PB-11", "GAP-16", "HTTP-52")]
    public async Task A_disconnect_event_overtakes_data_and_lets_the_call_end_in_order()
    {
        var inside = new TaskCompletionSource();
        AsgiEvent? seen = null;
        await using var host = await GrpcHost.StartAsync(async (_, receive, send) =>
        {
            await send(new HttpResponseStartEvent { Status = 200 });
            inside.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, AsgiCancellation.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            seen = await receive();
            await Assert.ThrowsAsync<ClientDisconnectedException>(() => send(new HttpResponseBodyEvent { MoreBody = true }).AsTask());
        });
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(Messages.HttpStart(), Messages.Body("unread", more: true));
        await inside.Task.WithDeadline();
        await call.SendAsync(Messages.HttpDisconnect());

        var end = await call.EndAsync();

        end.AssertIs(StatusCode.OK, "disconnected");
        Assert.Single(end.Events);
        Assert.IsType<HttpDisconnectEvent>(seen);
    }

    [Fact]
    public async Task A_deadline_ends_the_call_and_disconnects_the_application()
    {
        var begun = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        await using var host = await GrpcHost.StartAsync(async (scope, receive, send) =>
        {
            begun.TrySetResult();
            await ReadToTheEnd(scope, receive, send);
            ended.TrySetResult();
        });
        using var channel = host.OpenChannel();
        for (var seconds = 1; !begun.Task.IsCompleted; seconds *= 2)
        {
            // Too short for a busy machine to begin the instance in: then with twice the time.
            using var call = await new TestCall(channel, deadline: DateTime.UtcNow.AddSeconds(seconds)).SendAsync(Messages.HttpStart());
            Assert.Equal(StatusCode.DeadlineExceeded, (await call.EndAsync()).Status.StatusCode);
        }

        await ended.Task.WithDeadline();
    }

    [Fact]
    public async Task A_driver_that_does_not_start_in_time_is_sent_away()
    {
        await using var host = await GrpcHost.StartAsync(Applications.Hello, ("Grpc:StartMessageTime", "00:00:05"));
        using var channel = host.OpenChannel();
        using var call = new TestCall(channel);
        var end = call.EndAsync();
        await host.Clock.UntilArmedAsync(TimeSpan.FromSeconds(5));

        host.Clock.Advance(TimeSpan.FromSeconds(5));

        (await end).AssertIs(StatusCode.DeadlineExceeded, "refused", "Bridge:Grpc:StartMessageTime");
        Assert.Equal(1, host.Metrics.CountOf(Limit.StartMessageTime));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Covers("PB-10")]
    public async Task A_message_beyond_the_limit_is_exhausted_resources(bool isStart)
    {
        await using var host = await GrpcHost.StartAsync(ReadToTheEnd, ("Grpc:MaxMessageBytes", "131072"));
        using var channel = host.OpenChannel();
        using var call = new TestCall(channel);
        var start = Messages.HttpStart();
        if (isStart)
        {
            start.Start.Scope.Extra = new() { Entries = { ["blob"] = new V1.Value { TextValue = new string('x', 131_072) } } };
            await call.SendAsync(start);
        }
        else
        {
            await call.SendAsync(start, Messages.Body(new byte[131_072]));
        }

        (await call.EndAsync()).AssertIs(StatusCode.ResourceExhausted, isStart ? "refused" : "disconnected", "Bridge:Grpc:MaxMessageBytes");
        Assert.Equal(1, host.Metrics.CountOf(Limit.MessageBytes));
    }

    [Theory]
    [InlineData(EndingKind.Refused, true, StatusCode.ResourceExhausted, "refused")]
    [InlineData(EndingKind.Refused, false, StatusCode.Unavailable, "refused")]
    [InlineData(EndingKind.Lost, true, StatusCode.Unavailable, "lost")]
    [InlineData(EndingKind.TimedOut, true, StatusCode.DeadlineExceeded, "timed_out")]
    public async Task Every_other_ending_has_its_status(object kind, bool ready, StatusCode code, string trailer)
    {
        await using var host = new GrpcHost();
        host.IsReady = ready;
        host.Add(new EndedApplication((EndingKind)kind));
        await host.StartAsync();
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(Messages.HttpStart());

        (await call.EndAsync()).AssertIs(code, trailer, "the reason");
    }

    private sealed class EndedApplication(EndingKind kind) : IApplication
    {
        public string Name => "app";

        public Task<InstanceEnding> RunAsync(AsgiScope scope, IDriver driver) => Task.FromResult(new InstanceEnding(kind, default, "the reason"));
    }
}
