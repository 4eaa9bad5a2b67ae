using System.Text.RegularExpressions;
using Asgiref.Core.Callables;
using Bridge.Protocol.V1;
using Bridge.Server.Hosting;
using Bridge.Server.Tests.Callables;
using Grpc.Net.Client;

namespace Bridge.Server.Tests.Samples;

/// <summary>What the banner and the welcome page say of functions.</summary>
public sealed partial class CallablesOverviewTests
{
    [Fact]
    public async Task With_nothing_configured_each_sample_function_is_listed_and_its_command_works()
    {
        await using var bridge = await TestBridge.StartAsync((IReadOnlyList<HostedApplication>?)null);
        using var channel = GrpcChannel.ForAddress(bridge.Grpc);
        var stub = new CallableService.CallableServiceClient(channel);

        var page = bridge.Service<HostingOverview>().Render();

        Assert.Contains("\nCallables\n  count  stream  over gRPC: System.Int32 -> System.Int32\n", page, StringComparison.Ordinal);
        Assert.Contains($"\n  grpcurl -plaintext {bridge.Grpc.Authority} asgi_bridge.v1.CallableService/List\n", page, StringComparison.Ordinal);
        var commands = Command().Matches(page);
        Assert.Equal(["greet", "relay", "sum"], commands.Select(command => command.Groups["name"].Value));
        foreach (Match command in commands)
        {
            Assert.Equal(bridge.Grpc.Authority, command.Groups["address"].Value);
            var request = CallRequest.Parser.ParseJson(command.Groups["request"].Value);
            Assert.Equal(command.Groups["name"].Value, request.Callable);
            var answer = await stub.CallAsync(request).ResponseAsync.WithDeadline();
            Assert.Equal(CallEvent.KindOneofCase.Result, answer.Event.KindCase);
        }
    }

    [Fact]
    public async Task Functions_of_ones_own_are_listed_with_what_they_take_and_a_command_where_that_is_nothing()
    {
        var registry = new CallableRegistry().Add<string, int>("length", text => text.Length).Add("it's", () => { });
        await using var bridge = await CallBridge.StartAsync(registry);
        await bridge.ServeAsync();

        var page = bridge.Bridge.Service<HostingOverview>().Render();

        Assert.Contains(
            "\nCallables\n  it's    sync    grpcurl -plaintext -d '{\"callable\":\"it\\u0027s\"}' ", page, StringComparison.Ordinal);
        Assert.Contains("\n  length  sync    over gRPC: System.String -> System.Int32\n", page, StringComparison.Ordinal);
        Assert.Contains("\nCallables of workers\n  f  1 ready, 0 running, 0 waiting\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_there_is_no_function_none_is_listed()
    {
        await using var bridge = await CallBridge.StartAsync();

        Assert.DoesNotContain("Callables", bridge.Bridge.Service<HostingOverview>().Render(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_callers_show_a_token_the_commands_do_and_do_not_tell_it()
    {
        await using var bridge = await TestBridge.StartAsync((IReadOnlyList<HostedApplication>?)null, ("Bridge:Token", "tell-nobody"));

        var page = bridge.Service<HostingOverview>().Render();

        Assert.Contains("grpcurl -plaintext -H \"authorization: Bearer $BRIDGE_TOKEN\" -d ", page, StringComparison.Ordinal);
        Assert.DoesNotContain("tell-nobody", page, StringComparison.Ordinal);
    }

    [GeneratedRegex("""^  (?<name>\w+) +(sync|async) +grpcurl -plaintext -d '(?<request>[^']*)' (?<address>\S+) asgi_bridge\.v1\.CallableService/Call$""", RegexOptions.Multiline)]
    private static partial Regex Command();
}
