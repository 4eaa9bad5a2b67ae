using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Configuration;
using Bridge.Server.Hosting;
using Bridge.Server.Metrics;
using Bridge.Server.Sessions;
using Bridge.Server.Tests.Workers;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Bridge.Server.Tests.Sessions;

/// <summary>How calls of Open end, and which sessions never begin.</summary>
public sealed class StatusTests
{
    [Fact]
    public async Task A_broken_rule_is_an_invalid_argument_after_a_goodbye()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var dialled = new Dialled(bridge);

        await dialled.SendAsync(new Frame { Ping = new Ping { Number = 1 } });

        var (goodbye, status) = await dialled.EndAsync();
        Assert.Equal(GoodbyeCode.ProtocolError, goodbye!.Code);
        Assert.Equal(StatusCode.InvalidArgument, status.StatusCode);
        Assert.Contains("it must be a hello on exchange 0", status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_revision_in_common_is_a_failed_precondition()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var dialled = new Dialled(bridge);

        await dialled.SendAsync(new Frame { Hello = new Hello { MinRevision = 7, MaxRevision = 9, Limits = new SessionOptions().ToLimits() } });

        Assert.Equal(StatusCode.FailedPrecondition, (await dialled.EndAsync()).Status.StatusCode);
    }

    [Fact]
    public async Task No_hello_is_a_deadline_exceeded()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Sessions:HelloTime", "00:00:17"));
        using var dialled = new Dialled(bridge);
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(17));

        bridge.Clock.Advance(TimeSpan.FromSeconds(17));

        var (goodbye, status) = await dialled.EndAsync();
        Assert.Equal(GoodbyeCode.Unresponsive, goodbye!.Code);
        Assert.Equal(StatusCode.DeadlineExceeded, status.StatusCode);
        Assert.Equal(1, bridge.Bridge.Service<SessionMetrics>().Counters.Reached(SessionLimit.HelloTime));
    }

    [Fact]
    public async Task A_batch_beyond_the_limit_is_told_with_a_goodbye_and_a_giant_one_is_not_even_read()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var large = new Dialled(bridge);
        using var giant = new Dialled(bridge);

        await large.SendAsync(Hello(), Filled(300 * 1024));
        // The bridge may end the call while this is still being written.
        await Record.ExceptionAsync(() => giant.SendAsync(Hello(), Filled(2 * 1024 * 1024)));

        Assert.Equal(StatusCode.InvalidArgument, (await large.EndAsync()).Status.StatusCode);
        var (goodbye, status) = await giant.EndAsync();
        Assert.Equal((null, StatusCode.ResourceExhausted), (goodbye, status.StatusCode));

        static Frame Filled(int bytes) => new() { Exchange = 1, Payload = new Payload { Data = ByteString.CopyFrom(new byte[bytes]) } };
    }

    [Theory]
    [InlineData(GoodbyeCode.Done, StatusCode.OK)]
    [InlineData(GoodbyeCode.ProtocolError, StatusCode.Aborted)]
    public async Task A_goodbye_of_the_client_ends_the_call(GoodbyeCode code, StatusCode status)
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var dialled = new Dialled(bridge);

        await dialled.SendAsync(Hello(), new Frame { Goodbye = new Goodbye { Code = code, Reason = "So it is." } });

        Assert.Equal(status, (await dialled.EndAsync()).Status.StatusCode);
        await WaitUntil.HoldsAsync(() => bridge.Bridge.Service<OpenSessions>().Count == 0);
    }

    [Fact]
    public async Task More_sessions_than_allowed_are_refused()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Workers:Sessions", "1"));
        await using var first = await TestWorker.DialAsync(bridge.Grpc);
        using var second = new Dialled(bridge);

        var (goodbye, status) = await second.EndAsync();

        Assert.Null(goodbye);
        Assert.Equal(new Status(StatusCode.ResourceExhausted, "1 sessions are open (Bridge:Workers:Sessions)."), status);
        Assert.Equal(1, bridge.Bridge.Metrics.CountOf(Limit.Sessions));
    }

    [Fact]
    public async Task The_hello_tells_the_node_and_the_configured_limits()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Sessions:Exchanges", "77"), ("Bridge:Sessions:PayloadBytes", "2048"));
        await using var worker = await TestWorker.DialAsync(bridge.Grpc);

        var hello = await worker.Session.Established;

        Assert.Equal(bridge.Bridge.Service<BridgeNode>().Id, hello.Node);
        Assert.Equal((77u, 2048u), (hello.Limits.Exchanges, hello.Limits.PayloadBytes));
    }

    [Theory]
    [InlineData("Bridge:Sessions:PayloadBytes", "1")]
    [InlineData("Bridge:Sessions:HelloTime", "00:00:00")]
    [InlineData("Bridge:Sessions:WindowBytes", "many")]
    [InlineData("Bridge:Sessions:Windows", "1")]
    public void A_wrong_limit_stops_the_start_and_names_its_key(string key, string value)
    {
        var error = Assert.Throws<ConfigurationException>(() =>
            TestBridge.Build([new HostedApplication("hosted", (_, _, _) => Task.CompletedTask)], settings: (key, value)));

        Assert.StartsWith(key + " is ", error.Message, StringComparison.Ordinal);
    }

    private static Frame Hello() => new() { Hello = new Hello { MinRevision = 1, MaxRevision = 1, Limits = new SessionOptions().ToLimits() } };

    /// <summary>A call whose client writes frames by hand.</summary>
    private sealed class Dialled : IDisposable
    {
        private readonly GrpcChannel _channel;
        private readonly AsyncDuplexStreamingCall<OpenRequest, OpenResponse> _call;

        public Dialled(WorkerBridge bridge)
        {
            _channel = GrpcChannel.ForAddress(bridge.Grpc);
            _call = new Protocol.V1.SessionService.SessionServiceClient(_channel).Open();
        }

        public async Task SendAsync(params Frame[] frames)
        {
            var request = new OpenRequest();
            request.Frames.AddRange(frames);
            await _call.RequestStream.WriteAsync(request).WithDeadline();
        }

        /// <summary>Reads to the end; half-closes after a goodbye, as a client shall.</summary>
        public async Task<(Goodbye? Goodbye, Status Status)> EndAsync()
        {
            Goodbye? goodbye = null;
            try
            {
                while (await _call.ResponseStream.MoveNext(CancellationToken.None).WithDeadline())
                {
                    if (_call.ResponseStream.Current.Frames.FirstOrDefault(frame => frame.Goodbye is not null) is { } last)
                    {
                        goodbye = last.Goodbye;
                        await _call.RequestStream.CompleteAsync().WithDeadline();
                    }
                }

                return (goodbye, _call.GetStatus());
            }
            catch (RpcException error)
            {
                return (goodbye, error.Status);
            }
        }

        public void Dispose()
        {
            _call.Dispose();
            _channel.Dispose();
        }
    }
}
