using Asgiref.Core.Callables;
using Bridge.Client.Callables;
using Bridge.Client.Tests.Workers;
using Microsoft.Extensions.DependencyInjection;
using static Bridge.Client.Tests.Callables.BridgeSide;

namespace Bridge.Client.Tests.Callables;

public sealed class BridgeCallerServicesTests
{
    [Fact]
    public async Task The_container_gives_the_registry_of_a_connected_caller_and_ends_it()
    {
        var bridge = new FakeBridge(TimeProvider.System);
        var provider = new ServiceCollection()
            .AddBridgeCaller((_, options) => options.Dialer = bridge)
            .AddBridgeCaller((_, _) => Assert.Fail("There is one already."))
            .BuildServiceProvider();
        var registry = provider.GetRequiredService<CallableRegistry>();
        Assert.Same(registry, provider.GetRequiredService<BridgeCaller>().Callables);
        var calling = registry.CallAsync<int, int>("there", 1).AsTask();
        var session = await bridge.NextSession();
        await (await session.NextCall()).EndAsync(Returned(2));
        Assert.Equal(2, await calling.WithDeadline());
        await provider.DisposeAsync().AsTask().WithDeadline();
        await session.Run.WithDeadline();
        Assert.Equal(1, bridge.Dials);
    }
}
