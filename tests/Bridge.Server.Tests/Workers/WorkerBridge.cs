using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Server.Hosting;
using Bridge.Server.Instances;
using Bridge.Server.Tests.Hosting;
using Bridge.Server.Workers;

namespace Bridge.Server.Tests.Workers;

/// <summary>A bridge for workers, on a clock of the test if it wants one, and instances that the test drives.</summary>
internal sealed class WorkerBridge : IAsyncDisposable
{
    private static readonly TimeSpan FarewellTime = TimeSpan.FromMilliseconds(250);

    private WorkerBridge(TestBridge bridge, FakeClock clock)
    {
        Bridge = bridge;
        Clock = clock;
    }

    public TestBridge Bridge { get; }

    public FakeClock Clock { get; }

    public Uri Grpc => Bridge.Grpc;

    public WorkerDirectory Directory => Bridge.Service<WorkerDirectory>();

    /// <summary>Starts one that hosts "hosted"; no sign of life is asked for while its clock is moved.</summary>
    public static async Task<WorkerBridge> StartAsync(params (string Key, string Value)[] settings)
    {
        var clock = new FakeClock();
        var bridge = TestBridge.Build(
            [new HostedApplication("hosted", (_, _, send) => Http.Apps.RespondAsync(send, "hosted")) { Lifespan = LifespanMode.Off }],
            clock,
            [("Bridge:Sessions:KeepAliveInterval", "23:00:00"), .. settings]);
        await bridge.StartAsync();
        return new WorkerBridge(bridge, clock);
    }

    /// <summary>A worker that leaves every exchange of "app" to the test.</summary>
    public async Task<TestWorker> DialAsync(string name, uint maxInstances = 0, string application = "app")
    {
        var ready = Directory.Of(application).Ready;
        var worker = (await TestWorker.DialAsync(Grpc, name)).Offer(application, Protocol.V1.OfferState.Ready, maxInstances);
        await Directory.ReadyAsync(application, ready + 1);
        return worker;
    }

    /// <summary>Begins an instance, as a front would.</summary>
    public Task<InstanceEnding> Begin(FakeDriver? driver = null, AsgiScope? scope = null, string application = "app")
    {
        Assert.True(Bridge.Service<IApplicationDirectory>().TryFind(application, out var found));
        return found.RunAsync(scope ?? HostingFixture.Get, driver ?? new FakeDriver());
    }

    /// <summary>Lets the moment of a stop pass in which its workers and clients read how everything ended.</summary>
    public async Task FarewellAsync()
    {
        await Clock.UntilArmedAsync(FarewellTime);
        Clock.Advance(FarewellTime);
    }

    /// <summary>Stops it; what its stop waits for passes at once.</summary>
    public async ValueTask DisposeAsync()
    {
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
}
