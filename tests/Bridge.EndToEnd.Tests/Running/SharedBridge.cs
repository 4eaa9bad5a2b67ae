namespace Bridge.EndToEnd.Tests.Running;

/// <summary>Two servers for all tests of the collection: one as it comes, one that hosts the probe applications.</summary>
[CollectionDefinition(Name)]
public sealed class SharedBridge : IAsyncLifetime, ICollectionFixture<SharedBridge>
{
    public const string Name = "Running bridges";

    private BridgeProcess? _samples;
    private BridgeProcess? _probes;

    public BridgeProcess Samples => _samples ?? throw new InvalidOperationException("The bridge has not been started.");

    public BridgeProcess Probes => _probes ?? throw new InvalidOperationException("The bridge has not been started.");

    public async Task InitializeAsync()
    {
        _samples = await BridgeProcess.StartAsync(ServerSettings.Samples);
        _probes = await BridgeProcess.StartAsync(ServerSettings.Probes);
    }

    public async Task DisposeAsync()
    {
        foreach (var bridge in new[] { _samples, _probes })
        {
            if (bridge is not null)
            {
                await bridge.DisposeAsync();
            }
        }
    }
}
