using Asgiref.Core;
using Asgiref.Core.Hosting;
using Bridge.Server.Hosting;
using Bridge.Server.Metrics;
using Bridge.Server.Stateless;

namespace Bridge.Server.Tests.Stateless;

/// <summary>A bridge that hosts a <see cref="Talker"/> as "app", on a clock of the test.</summary>
internal sealed class FeedBridge : IAsyncDisposable
{
    private static readonly TimeSpan FarewellTime = TimeSpan.FromMilliseconds(250);

    private FeedBridge(TestBridge bridge, FakeClock clock, Talker talker)
    {
        Bridge = bridge;
        Clock = clock;
        Talker = talker;
    }

    public TestBridge Bridge { get; }

    public FakeClock Clock { get; }

    public Talker Talker { get; }

    public Uri Grpc => Bridge.Grpc;

    public FeedMetrics Figures => Bridge.Service<FeedMetrics>();

    public static Task<FeedBridge> StartAsync(params (string Key, string Value)[] settings) => StartAsync(null, settings);

    /// <summary>Starts one; settings without a section are of <c>Bridge:Stateless</c>.</summary>
    public static async Task<FeedBridge> StartAsync(AsgiApplication? application, params (string Key, string Value)[] settings)
    {
        var clock = new FakeClock();
        var talker = new Talker();
        var hosted = new HostedApplication("app", application ?? talker.RunAsync) { Kind = ApplicationKind.Stateless, Lifespan = LifespanMode.Off };
        var bridge = TestBridge.Build(
            [hosted],
            clock,
            [
                ("Bridge:Sessions:KeepAliveInterval", "23:00:00"),
                .. settings.Select(setting => setting.Key.Contains(':', StringComparison.Ordinal) ? setting : ("Bridge:Stateless:" + setting.Key, setting.Value)),
            ]);
        await bridge.StartAsync();
        return new FeedBridge(bridge, clock, talker);
    }

    public Task<Connector> DialAsync(ulong epoch = 1, ulong lastReceived = 0, ulong acknowledged = 0, string feed = "feed") =>
        Connector.DialAsync(Grpc, "app", feed, epoch, lastReceived, acknowledged);

    /// <summary>Comes back after a call that has vanished, with what it had.</summary>
    public async Task<Connector> ResumeAsync(Connector before, ulong epoch = 1)
    {
        before.Dispose();
        await WaitUntil.HoldsAsync(() => Figures.Connected == 0);
        return await DialAsync(epoch, before.LastReceived, before.Acknowledged);
    }

    public long Reached(Limit limit) => Bridge.Metrics.CountOf(limit);

    /// <summary>Begins a stop; its last moment, in which connectors read how it ended, passes at once.</summary>
    public async Task StopAsync()
    {
        var stopping = Bridge.StopAsync();
        await WaitUntil.HoldsAsync(
            () =>
            {
                Clock.Advance(FarewellTime);
                return stopping.IsCompleted;
            },
            "the stop of the bridge");
        await stopping;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Bridge.DisposeAsync();
    }
}
