using Asgiref.Core.Callables;
using Bridge.Client.Tests.Workers;
using Bridge.Client.Workers;

namespace Bridge.Client.Tests.Callables;

/// <summary>A worker of callables alone, a bridge in memory, and a clock of the test.</summary>
internal sealed class CallFixture : IAsyncDisposable
{
    public CallFixture(CallableRegistry registry, Action<BridgeWorkerOptions>? configure = null)
    {
        Bridge = new FakeBridge(Clock);
        var options = new BridgeWorkerOptions
        {
            Name = "w1",
            Dialer = Bridge,
            TimeProvider = Clock,
            Random = new FixedRandom(0.5),
            Callables = registry,
        };
        configure?.Invoke(options);
        Worker = new BridgeWorker(options);
    }

    public FakeClock Clock { get; } = new();

    public FakeBridge Bridge { get; }

    public BridgeWorker Worker { get; }

    public async Task<FakeSession> StartAsync()
    {
        await Worker.StartAsync();
        var session = await Bridge.NextSession();
        await Worker.WaitUntilReadyAsync().WithDeadline();
        return session;
    }

    public async ValueTask DisposeAsync()
    {
        var disposing = Worker.DisposeAsync().AsTask();
        await WaitUntil.HoldsAsync(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            return disposing.IsCompleted;
        });
        await disposing;
    }
}
