using Bridge.Server.Tests.Grpc;

namespace Bridge.Client.Tests;

public sealed class UnixSocketTests
{
    [Fact]
    public async Task A_unix_socket_is_an_address()
    {
        var path = Path.Combine(Path.GetTempPath(), $"bridge-{Guid.NewGuid():N}.sock");
        await using var host = new GrpcHost { UnixSocket = path };
        host.Add(new TestApplication("app", Applications.Hello, host.Metrics));
        await host.StartAsync();
        using var client = new BridgeClient($"unix:{path}");
        await using var exchange = await client.RequestAsync("app", Scopes.Post).WithDeadline();

        Assert.Equal("hello"u8.ToArray(), await exchange.ReadToEndAsync().WithDeadline());
    }
}
