using Asgiref.Core.Callables;
using Asgiref.Core.Hosting;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Callables;
using Bridge.Server.Hosting;
using Bridge.Server.Metrics;
using Bridge.Server.Sessions;
using Bridge.Server.Tests.Workers;
using Grpc.Net.Client;

namespace Bridge.Server.Tests.Callables;

/// <summary>A bridge through which calls go, on a clock of the test, with workers and callers on real sessions. Disposing it finds what leaks.</summary>
internal sealed class CallBridge : IAsyncDisposable
{
    private static readonly TimeSpan FarewellTime = TimeSpan.FromMilliseconds(250);
    private readonly List<IAsyncDisposable> _peers = [];
    private readonly GrpcChannel _channel;

    private CallBridge(TestBridge bridge, FakeClock clock)
    {
        Bridge = bridge;
        Clock = clock;
        _channel = GrpcChannel.ForAddress(bridge.Grpc);
        Stub = new Protocol.V1.CallableService.CallableServiceClient(_channel);
    }

    public TestBridge Bridge { get; }

    public FakeClock Clock { get; }

    public Protocol.V1.CallableService.CallableServiceClient Stub { get; }

    public BridgeMetrics Metrics => Bridge.Metrics;

    public CallMetrics Calls => Bridge.Service<CallMetrics>();

    public CallableDirectory Directory => Bridge.Service<CallableDirectory>();

    public static Task<CallBridge> StartAsync(params (string Key, string Value)[] settings) => StartAsync(new CallableRegistry(), settings);

    /// <summary>Starts one that hosts functions of the test's.</summary>
    public static async Task<CallBridge> StartAsync(CallableRegistry hosted, params (string Key, string Value)[] settings)
    {
        var clock = new FakeClock();
        var bridge = TestBridge.Build(
            [new HostedApplication("hosted", (_, _, send) => Http.Apps.RespondAsync(send, "hosted")) { Lifespan = LifespanMode.Off }],
            [hosted],
            clock,
            [("Bridge:Sessions:KeepAliveInterval", "23:00:00"), .. settings]);
        await bridge.StartAsync();
        return new CallBridge(bridge, clock);
    }

    /// <summary>A process that dials in; closed with the bridge.</summary>
    public async Task<CallPeer> DialAsync(string name = "worker", Guid? process = null, uint slot = 0, SessionOptions? options = null)
    {
        var id = process ?? Guid.NewGuid();
        var wireId = new Guid(id.ToByteArray(bigEndian: true));
        var peer = new CallPeer(await TestWorker.DialAsync(Bridge.Grpc, name, wireId, slot, options), id);
        _peers.Add(peer.Worker);
        return peer;
    }

    /// <summary>A worker that leaves every call of "f", or of another callable, to the test.</summary>
    public async Task<CallPeer> ServeAsync(
        string name = "worker", string callable = "f", uint places = 0, Protocol.V1.CallableKind kind = Protocol.V1.CallableKind.Async, Guid? process = null, uint slot = 0)
    {
        var ready = ReadyOf(callable);
        var peer = await DialAsync(name, process, slot);
        peer.Offer(callable, OfferState.Ready, places, kind);
        await ReadyAsync(callable, ready + 1);
        return peer;
    }

    public Task ReadyAsync(string callable, int workers) =>
        WaitUntil.HoldsAsync(() => ReadyOf(callable) == workers, $"{workers} workers of {callable}");

    public Task WaitingAsync(string callable, int calls) =>
        WaitUntil.HoldsAsync(() => FiguresOf(callable).Waiting == calls, $"{calls} calls of {callable} waiting");

    public Task RunningAsync(string callable, int calls) =>
        WaitUntil.HoldsAsync(() => FiguresOf(callable).Running == calls, $"{calls} calls of {callable} running");

    /// <summary>Lets the moment of a stop pass in which its peers read how everything ended.</summary>
    public async Task FarewellAsync()
    {
        await Clock.UntilArmedAsync(FarewellTime);
        Clock.Advance(FarewellTime);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var peer in _peers)
        {
            await peer.DisposeAsync();
        }

        var sessions = Bridge.Service<SessionMetrics>();
        await WaitUntil.HoldsAsync(() => sessions.Open == 0, "the end of all sessions");
        await WaitUntil.HoldsAsync(() => Bridge.Service<CallRouter>().Live.Count == 0, "the end of all calls");
        Assert.Equal(0, sessions.Counters.OpenedHere);
        Assert.Equal(0, sessions.Counters.OpenedByPeer);
        Assert.Equal(0, sessions.Counters.HeldBytes);
        Assert.Equal(0, sessions.Counters.JoinedBytes);
        await WaitUntil.HoldsAsync(() => Directory.Figures().All(figures => figures is { Running: 0, Waiting: 0 }), "the end of all places and waits");
        _channel.Dispose();
        var stopping = Bridge.StopAsync();
        await WaitUntil.HoldsAsync(
            () =>
            {
                Clock.Advance(FarewellTime);
                return stopping.IsCompleted;
            },
            "the stop of the bridge");
        await Bridge.DisposeAsync();
    }

    private int ReadyOf(string callable) => FiguresOf(callable).Ready;

    private Server.Workers.WorkerFigures FiguresOf(string callable) =>
        Directory.Figures().FirstOrDefault(figures => figures.Application == callable);
}
