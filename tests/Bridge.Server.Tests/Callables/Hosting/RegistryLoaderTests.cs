using Bridge.Protocol.V1;
using Bridge.Server.Configuration;
using Bridge.Server.Tests.Hosting;
using Google.Protobuf;
using Grpc.Net.Client;

namespace Bridge.Server.Tests.Callables.Hosting;

/// <summary>Registries that the configuration names, and the samples without any.</summary>
public sealed class RegistryLoaderTests
{
    [Theory]
    [InlineData("Registry", "twice", "14")]
    [InlineData("Make", "thrice", "21")]
    public async Task A_member_of_an_assembly_gives_the_functions(string member, string callable, string result)
    {
        await using var bridge = await TestBridge.StartAsync(null, Entry("mine", member));

        Assert.Equal(result, await CallAsync(bridge, callable, "7"));
    }

    [Theory]
    [InlineData("Nothing", "Bridge:Callables:Hosted:mine:Member is \"Nothing\"; it must hold, or be a method that makes, a Asgiref.Core.Callables.CallableRegistry.")]
    [InlineData("MakeFor", "Bridge:Callables:Hosted:mine:Member is \"MakeFor\"; it must hold, or be a method that makes, a Asgiref.Core.Callables.CallableRegistry.")]
    [InlineData("Raising", "Bridge:Callables:Hosted:mine:Member is \"Raising\"; reading it raised InvalidOperationException: no database")]
    [InlineData("Missing", "Bridge:Callables:Hosted:mine:Member is \"Missing\"; HostedApplication.Functions has no public static member of this name.")]
    public void A_member_that_gives_none_stops_the_start_and_names_the_key(string member, string message)
    {
        var error = Assert.Throws<ConfigurationException>(() => TestBridge.Build(null, clock: null, Entry("mine", member)));

        Assert.Equal(message, error.Message);
    }

    [Fact]
    public async Task Two_registries_with_the_same_name_stop_the_start()
    {
        var error = await Assert.ThrowsAsync<ConfigurationException>(
            () => TestBridge.StartAsync(null, [.. Entry("one", "Registry"), .. Entry("two", "Registry")]));

        Assert.Equal("Bridge:Callables:Hosted: two registries have a callable twice.", error.Message);
    }

    [Fact]
    public async Task Without_configuration_the_samples_answer()
    {
        await using var bridge = await TestBridge.StartAsync(applications: null);

        Assert.Equal("\"Hello Ann, from the bridge.\"", await CallAsync(bridge, "greet", "\"Ann\""));
        Assert.Equal("6", await CallAsync(bridge, "sum", "[1,2,3]"));
        Assert.Equal("3", await CallAsync(bridge, "relay", """{"callable": "sum", "argument": [1, 2]}"""));
    }

    private static (string Key, string Value)[] Entry(string key, string member) =>
    [
        ($"Bridge:Callables:Hosted:{key}:Assembly", Assets.HostedApplication),
        ($"Bridge:Callables:Hosted:{key}:Type", "HostedApplication.Functions"),
        ($"Bridge:Callables:Hosted:{key}:Member", member),
    ];

    private static async Task<string> CallAsync(TestBridge bridge, string callable, string json)
    {
        using var channel = GrpcChannel.ForAddress(bridge.Grpc);
        var head = new CallHead { Argument = new CallPayload { ContentType = "application/json", Data = ByteString.CopyFromUtf8(json) } };
        var response = await new CallableService.CallableServiceClient(channel)
            .CallAsync(new CallRequest { Callable = callable, Head = head }).ResponseAsync.WithDeadline();
        return response.Event.Result.Data.ToStringUtf8();
    }
}
