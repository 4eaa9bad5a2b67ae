using Grpc.Contracts.Tests.Protos;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Grpc.Contracts.Tests.Calls;

public class InterceptorTests
{
    private static readonly ProbeRequest Hello = new() { Text = "hello", Count = 1 };

    [Fact]
    public async Task Client_interceptors_see_every_shape_and_the_first_one_sees_it_first()
    {
        await using var server = await ProbeServer.StartAsync();
        var log = new List<string>();
        var client = new Probe.ProbeClient(server.Channel.Intercept(
            new RecordingClientInterceptor("a", log), new RecordingClientInterceptor("b", log)));

        await Task.Run(() => client.Unary(Hello)).WithDeadline();
        await client.UnaryAsync(Hello).ResponseAsync.WithDeadline();
        using (var call = client.ClientStream())
        {
            await call.RequestStream.CompleteAsync().WithDeadline();
            await call.ResponseAsync.WithDeadline();
        }

        using (var call = client.ServerStream(Hello))
        {
            Assert.True(await call.ResponseStream.MoveNext().WithDeadline());
        }

        using (var call = client.Duplex())
        {
            await call.RequestStream.WriteAsync(Hello).WithDeadline();
            Assert.True(await call.ResponseStream.MoveNext().WithDeadline());
        }

        string[] shapes = ["blocking Unary", "Unary", "ClientStream", "ServerStream", "Duplex"];
        Assert.Equal(shapes.SelectMany(shape => new[] { $"a:{shape}", $"b:{shape}" }), log);
    }

    [Fact]
    public async Task A_header_function_of_the_client_changes_the_headers()
    {
        await using var server = await ProbeServer.StartAsync();
        var invoker = server.Channel.Intercept(headers =>
        {
            headers.Add("x-added", "by the function");
            return headers;
        });
        using var call = new Probe.ProbeClient(invoker).UnaryAsync(new ProbeRequest { Command = Command.MirrorMetadata });

        await call.ResponseAsync.WithDeadline();

        Assert.Equal("by the function", call.GetTrailers().GetValue("x-added"));
    }

    [Fact]
    public async Task A_server_interceptor_sees_every_shape_with_its_context()
    {
        await using var server = await ProbeServer.StartAsync(options => options.Interceptors.Add<RecordingServerInterceptor>());
        var client = server.Client;

        using (var call = client.UnaryAsync(Hello))
        {
            await call.ResponseAsync.WithDeadline();
            AssertSeen("Unary", call.GetTrailers());
        }

        using (var call = client.ClientStream())
        {
            await call.RequestStream.CompleteAsync().WithDeadline();
            await call.ResponseAsync.WithDeadline();
            AssertSeen("ClientStream", call.GetTrailers());
        }

        using (var call = client.ServerStream(Hello))
        {
            await ReadToEnd(call.ResponseStream);
            AssertSeen("ServerStream", call.GetTrailers());
        }

        using (var call = client.Duplex())
        {
            await call.RequestStream.CompleteAsync().WithDeadline();
            await ReadToEnd(call.ResponseStream);
            AssertSeen("Duplex", call.GetTrailers());
        }

        void AssertSeen(string method, Metadata trailers)
        {
            Assert.Equal($"/grpc_contracts.tests.Probe/{method} BufferHint", trailers.GetValue("seen"));
            Assert.Equal(server.Channel.Target, trailers.GetValue("seen-host"));
            Assert.StartsWith("ipv4:127.0.0.1:", trailers.GetValue("seen-peer"), StringComparison.Ordinal);
            Assert.Equal("False", trailers.GetValue("seen-authenticated"));
        }
    }

    private static async Task ReadToEnd(IAsyncStreamReader<ProbeResponse> responses)
    {
        while (await responses.MoveNext().WithDeadline())
        {
        }
    }
}
