using Grpc.Contracts.Tests.Protos;
using Grpc.Core;

namespace Grpc.Contracts.Tests.Calls;

public class StatusTests
{
    private static readonly ProbeRequest Fail = new() { Text = "entry", Command = Command.Fail };

    [Fact]
    public async Task A_failed_call_raises_its_status_detail_and_trailers()
    {
        await using var server = await ProbeServer.StartAsync();
        using var call = server.Client.UnaryAsync(Fail);

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WithDeadline());

        AssertFailed(error);
        Assert.Equal(StatusCode.Aborted, call.GetStatus().StatusCode);
        Assert.Equal("asked to", call.GetTrailers().GetValue("why"));
    }

    [Fact]
    public async Task A_failed_blocking_call_raises_the_same()
    {
        await using var server = await ProbeServer.StartAsync();
        var client = server.Client;

        AssertFailed(await Assert.ThrowsAsync<RpcException>(() => Task.Run(() => client.Unary(Fail)).WithDeadline()));
    }

    [Fact]
    public async Task A_streaming_call_that_fails_after_responses_gives_them_first()
    {
        await using var server = await ProbeServer.StartAsync();
        using var call = server.Client.ServerStream(new ProbeRequest { Text = "entry", Count = 1, Command = Command.Fail });

        Assert.True(await call.ResponseStream.MoveNext().WithDeadline());
        AssertFailed(await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().WithDeadline()));
    }

    [Fact]
    public async Task An_exception_of_the_service_is_an_unknown_error()
    {
        await using var server = await ProbeServer.StartAsync(options => options.EnableDetailedErrors = true);
        using var call = server.Client.UnaryAsync(new ProbeRequest { Text = "secret", Command = Command.Raise });

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WithDeadline());

        Assert.Equal(StatusCode.Unknown, error.StatusCode);
        Assert.Contains("secret", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_unimplemented()
    {
        await using var server = await ProbeServer.StartAsync();
        var method = new Method<string, string>(
            MethodType.Unary, "not.There", "Nowhere", Marshallers.StringMarshaller, Marshallers.StringMarshaller);
        using var call = server.Channel.CreateCallInvoker().AsyncUnaryCall(method, null, default, "hello");

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WithDeadline());

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unavailable_and_says_why_locally()
    {
        var server = await ProbeServer.StartAsync();
        var address = server.Channel.Target;
        await server.DisposeAsync();
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress($"http://{address}");
        using var call = new Probe.ProbeClient(channel).UnaryAsync(new ProbeRequest());

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WithDeadline());

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.NotNull(error.Status.DebugException);
    }

    private static void AssertFailed(RpcException error)
    {
        Assert.Equal(StatusCode.Aborted, error.StatusCode);
        Assert.Equal("no entry", error.Status.Detail);
        Assert.Contains("no entry", error.Message, StringComparison.Ordinal);
        Assert.Equal("asked to", error.Trailers.GetValue("why"));
        Assert.Equal([0, 255], error.Trailers.GetValueBytes("why-bin"));
    }
}
