using Asgiref.Core;
using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Server.Hosting;
using Bridge.Server.Metrics;
using Microsoft.Extensions.Logging;

namespace Bridge.Server.Tests.Hosting;

/// <summary>A hosted application without a bridge around it, on a clock of the test.</summary>
internal sealed class HostingFixture : IDisposable
{
    public HostingFixture(Func<HostedApplication, HostedApplication>? with, AsgiApplication application)
    {
        var factory = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Log));
        Context = new BridgeHostingContext(Limits, Metrics, Clock, factory.CreateLogger<BridgeHostingContext>());
        var hosted = new HostedApplication("app", application);
        Directory = new ApplicationDirectory([with?.Invoke(hosted) ?? hosted], Context);
        Application = Directory.Applications[0];
    }

    public HostingFixture(AsgiApplication application)
        : this(null, application)
    {
    }

    public static HttpScope Get { get; } = new() { HttpVersion = "1.1", Method = "GET", Path = "/some/path" };

    public FakeClock Clock { get; } = new();

    public TestLog Log { get; } = new();

    public BridgeMetrics Metrics { get; } = new();

    public BridgeLimits Limits { get; } = new();

    public BridgeHostingContext Context { get; }

    public ApplicationDirectory Directory { get; }

    public InProcessApplication Application { get; }

    public async Task<InstanceEnding> RunAsync(FakeDriver driver, AsgiScope? scope = null)
    {
        var ending = await Application.RunAsync(scope ?? Get, driver).WithDeadline();
        driver.Ended = true;
        return ending;
    }

    public Drain Drain() => new(Directory.Applications, Context, "The host is stopping.");

    public void Dispose() => Metrics.Dispose();
}
