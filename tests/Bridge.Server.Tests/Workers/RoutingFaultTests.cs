using Asgiref.Core.Hosting;
using Bridge.Server.Tests.Hosting;

namespace Bridge.Server.Tests.Workers;

/// <summary>Instances that cannot even be sent.</summary>
public sealed class RoutingFaultTests
{
    [Fact]
    public async Task A_scope_that_has_no_form_on_the_wire_fails_and_frees_its_place()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var worker = await bridge.DialAsync("worker", maxInstances: 1);

        var ending = await bridge.Begin(scope: HostingFixture.Get with { Path = "/half \ud800" }).WithDeadline();

        Assert.Equal(EndingKind.Failed, ending.Kind);
        Assert.Equal((0, 0), (bridge.Directory.Of("app").Running, bridge.Bridge.Metrics.LiveInstances));
        Assert.Contains(bridge.Bridge.Log.Errors, message => message.Contains("could not be given to a worker", StringComparison.Ordinal));
        _ = bridge.Begin();
        await worker.NextExchange();
    }
}
