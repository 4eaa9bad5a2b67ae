namespace Bridge.EndToEnd.Tests.Calls;

/// <summary>One field for the tests that leave it as they found it: the bridge, this process, and the workers w1 and w2.</summary>
[CollectionDefinition(Name)]
public sealed class CallProcesses : IAsyncLifetime, ICollectionFixture<CallProcesses>
{
    public const string Name = "Processes that call one another";

    private CallField? _field;

    internal CallField Field => _field ?? throw new InvalidOperationException("It has not been started.");

    public async Task InitializeAsync() => _field = await CallField.StartAsync(2);

    public async Task DisposeAsync()
    {
        if (_field is not null)
        {
            await _field.DisposeAsync();
        }
    }
}
