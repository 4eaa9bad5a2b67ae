using System.Collections.Concurrent;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Bridge.Client.Workers;
using Bridge.Server.Tests;
using Bridge.Server.Tests.Hosting;
using Microsoft.Extensions.Logging;

namespace Bridge.Client.Tests.Workers;

/// <summary>
/// A worker with the application "app", a bridge in memory, and a clock of the test. Waits are half their ceiling; no sign
/// of life is asked for while the clock is moved.
/// </summary>
internal sealed class WorkerFixture : IAsyncDisposable
{
    private readonly ConcurrentQueue<WorkerState> _states = [];
    private readonly ILoggerFactory _loggers;

    public WorkerFixture(AsgiApplication application, Action<BridgeWorkerOptions>? configure = null, WorkerApplicationOptions? applicationOptions = null)
    {
        Bridge = new FakeBridge(Clock);
        _loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Log));
        var options = new BridgeWorkerOptions
        {
            Name = "w1",
            Dialer = Bridge,
            TimeProvider = Clock,
            Random = new FixedRandom(0.5),
            KeepAliveInterval = TimeSpan.FromHours(23),
            LoggerFactory = _loggers,
        };
        options.Applications.Add("app", application, applicationOptions ?? new WorkerApplicationOptions { Lifespan = WorkerLifespan.Off });
        configure?.Invoke(options);
        Worker = new BridgeWorker(options);
        Worker.StateChanged += (_, change) => _states.Enqueue(change.State);
    }

    public static HttpScope Get { get; } = new() { HttpVersion = "1.1", Method = "GET", Path = "/" };

    public static WebSocketScope Socket { get; } = new() { HttpVersion = "1.1", Path = "/" };

    public static AsgiApplication Greeting { get; } = async (_, _, send) =>
    {
        await send(new HttpResponseStartEvent { Status = 200 });
        await send(new HttpResponseBodyEvent { Body = "hello"u8.ToArray() });
    };

    public FakeClock Clock { get; } = new();

    public FakeBridge Bridge { get; }

    public TestLog Log { get; } = new();

    public BridgeWorker Worker { get; }

    /// <summary>The states that the worker has told of so far.</summary>
    public IEnumerable<WorkerState> States => _states;

    /// <summary>Starts the worker and plays the bridge until it is ready.</summary>
    public async Task<FakeSession> StartAsync()
    {
        await Worker.StartAsync();
        var session = await Bridge.NextSession();
        await session.Offered(Protocol.V1.OfferState.Ready);
        await Worker.WaitUntilReadyAsync().WithDeadline();
        return session;
    }

    /// <summary>A driver whose client has sent a request without a body.</summary>
    public static FakeDriver Request()
    {
        var driver = new FakeDriver();
        driver.Give(new HttpRequestEvent());
        return driver;
    }

    public async ValueTask DisposeAsync()
    {
        // An instance that a failed test has left behind must not hide the failure.
        var disposing = Worker.DisposeAsync().AsTask();
        await WaitUntil.HoldsAsync(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            return disposing.IsCompleted;
        });
        await disposing;
        _loggers.Dispose();
    }
}
