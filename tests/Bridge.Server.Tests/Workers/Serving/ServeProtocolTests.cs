using Asgiref.Core.Hosting;
using Bridge.Server.Metrics;
using Bridge.Server.Tests.Hosting;
using Grpc.Core;
using Request = Bridge.Protocol.V1.ApplicationServiceServeRequest;

namespace Bridge.Server.Tests.Workers.Serving;

/// <summary>What a worker may say when, who may dial in, and the status that tells it.</summary>
public sealed class ServeProtocolTests
{
    public static TheoryData<string, string> WrongMessages { get; } = new()
    {
        { "{}", "kind" },
        { """{"register":{"application":"app"}}""", "register" },
        { """{"ready":{}}""", "ready" },
        { """{"instance":1,"ready":{}}""", "instance" },
        { """{"instance":1,"drain":{}}""", "instance" },
        { """{"event":{"httpResponseStart":{"status":200}}}""", "instance" },
        { """{"instance":2,"event":{"httpResponseStart":{"status":200}}}""", "instance" },
        { """{"instance":2,"finished":{}}""", "instance" },
        { """{"instance":2,"failed":{}}""", "instance" },
    };

    [Theory]
    [MemberData(nameof(WrongMessages))]
    public async Task A_wrong_message_is_named_and_ends_the_call(string json, string field)
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);

        await worker.SendAsync(Request.Parser.ParseJson(json));

        var status = await worker.StatusAsync();
        Assert.Equal(StatusCode.InvalidArgument, status.StatusCode);
        Assert.StartsWith(field + ":", status.Detail, StringComparison.Ordinal);
        await WaitUntil.HoldsAsync(() => bridge.Directory.Of("app").Ready == 0);
    }

    [Theory]
    [InlineData("""{"ready":{}}""", "register:")]
    [InlineData("""{"instance":1,"register":{"application":"app"}}""", "instance:")]
    [InlineData("""{"register":{}}""", "register.application:")]
    public async Task The_first_message_is_a_right_registration(string json, string detail)
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = new StubWorker(bridge.Grpc);

        await worker.SendAsync(Request.Parser.ParseJson(json));

        var status = await worker.StatusAsync();
        Assert.Equal(StatusCode.InvalidArgument, status.StatusCode);
        Assert.StartsWith(detail, status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_of_more_than_128_characters_is_refused()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = new StubWorker(bridge.Grpc);

        await worker.RegisterAsync(new string('x', 129));

        Assert.Equal(StatusCode.InvalidArgument, (await worker.StatusAsync()).StatusCode);
    }

    [Fact]
    public async Task Bytes_that_are_no_message_are_invalid()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var channel = global::Grpc.Net.Client.GrpcChannel.ForAddress(bridge.Grpc);
        var bytes = Marshallers.Create(static bytes => bytes, static bytes => bytes);
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(
            new Method<byte[], byte[]>(MethodType.DuplexStreaming, "asgi_bridge.v1.ApplicationService", "Serve", bytes, bytes), null, default);

        await call.RequestStream.WriteAsync([0xFF, 0xFF, 0xFF]).WithDeadline();

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None).WithDeadline());
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
    }

    [Fact]
    public async Task A_registration_that_does_not_come_ends_the_call()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Grpc:StartMessageTime", "00:00:17"));
        using var worker = new StubWorker(bridge.Grpc);

        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(17));
        bridge.Clock.Advance(TimeSpan.FromSeconds(17));

        Assert.Equal(StatusCode.DeadlineExceeded, (await worker.StatusAsync()).StatusCode);
        Assert.Equal(1, bridge.Bridge.Metrics.CountOf(Limit.StartMessageTime));
    }

    [Fact]
    public async Task An_application_of_the_bridge_itself_may_not_be_served()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = new StubWorker(bridge.Grpc);

        await worker.RegisterAsync("hosted");

        Assert.Equal(StatusCode.AlreadyExists, (await worker.StatusAsync()).StatusCode);
    }

    [Fact]
    public async Task More_calls_than_the_limit_are_refused()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Workers:ServeCalls", "1"));
        using var first = await StubWorker.DialReadyAsync(bridge.Grpc);
        using var second = new StubWorker(bridge.Grpc);

        var status = await second.StatusAsync();

        Assert.Equal(StatusCode.ResourceExhausted, status.StatusCode);
        Assert.Contains("Bridge:Workers:ServeCalls", status.Detail, StringComparison.Ordinal);
        Assert.Equal(1, bridge.Bridge.Metrics.CountOf(Limit.ServeCalls));
    }

    [Fact]
    public async Task More_applications_than_the_limit_are_refused()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Workers:Applications", "1"));
        using var first = await StubWorker.DialReadyAsync(bridge.Grpc);
        using var second = new StubWorker(bridge.Grpc);

        await second.RegisterAsync("other");

        Assert.Equal(StatusCode.ResourceExhausted, (await second.StatusAsync()).StatusCode);
    }

    [Fact]
    public async Task A_message_that_is_too_large_ends_the_call()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Grpc:MaxMessageBytes", "131072"));
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var running = bridge.Begin();
        var (instance, _) = await worker.NextStartAsync();
        await worker.EventAsync(instance, Events.Head());

        // The call may end before the whole message is written.
        var sending = Record.ExceptionAsync(() => worker.EventAsync(instance, Events.Body(new byte[140_000])));

        Assert.Equal(StatusCode.ResourceExhausted, (await worker.StatusAsync()).StatusCode);
        Assert.True(await sending is null or RpcException);
        Assert.Equal(EndingKind.Lost, (await running.WithDeadline()).Kind);
    }

    [Theory]
    [InlineData(null, StatusCode.Unauthenticated)]
    [InlineData("Bearer wrong", StatusCode.Unauthenticated)]
    [InlineData("Bearer s3cret", StatusCode.AlreadyExists)]
    public async Task A_bridge_with_a_token_asks_for_it(string? token, StatusCode expected)
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Token", "s3cret"));
        using var worker = new StubWorker(bridge.Grpc, token);

        try
        {
            await worker.RegisterAsync("hosted");
        }
        catch (RpcException)
        {
            // The call is over already.
        }

        Assert.Equal(expected, (await worker.StatusAsync()).StatusCode);
    }

    [Fact]
    public async Task A_half_close_between_instances_is_an_orderly_end()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var running = bridge.Begin();
        await worker.RespondAsync((await worker.NextStartAsync()).Instance, "done");
        await running.WithDeadline();

        await worker.HalfCloseAsync();

        Assert.Equal(StatusCode.OK, (await worker.StatusAsync()).StatusCode);
    }

    [Fact]
    public async Task A_half_close_before_the_registration_is_invalid()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = new StubWorker(bridge.Grpc);

        await worker.HalfCloseAsync();

        Assert.Equal(StatusCode.InvalidArgument, (await worker.StatusAsync()).StatusCode);
    }

    [Fact]
    public async Task A_half_close_in_the_middle_of_an_instance_loses_it()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var running = bridge.Begin();
        await worker.NextStartAsync();

        await worker.HalfCloseAsync();

        Assert.Equal(StatusCode.InvalidArgument, (await worker.StatusAsync()).StatusCode);
        Assert.Equal(EndingKind.Lost, (await running.WithDeadline()).Kind);
    }

    [Fact]
    public async Task A_client_that_has_left_before_takes_no_place()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        await bridge.Directory.ReadyAsync("app");
        var gone = new FakeDriver();
        gone.Leave();

        Assert.Equal(EndingKind.Disconnected, (await bridge.Begin(gone).WithDeadline()).Kind);

        _ = bridge.Begin();
        Assert.Equal(1ul, (await worker.NextStartAsync()).Instance);
    }
}
