using Grpc.Contracts.Tests.Protos;
using Grpc.Core;

namespace Grpc.Contracts.Tests.Types;

public class ClientTests
{
    [Fact]
    public void A_client_with_another_host_asks_for_it_in_every_call()
    {
        var invoker = new HostCapturingInvoker();
        var client = new Probe.ProbeClient(invoker).WithHost("other.test");

        Assert.Throws<RpcException>(() => client.Unary(new ProbeRequest()));
        Assert.Throws<RpcException>(() => client.UnaryAsync(new ProbeRequest()));
        Assert.Throws<RpcException>(() => client.ServerStream(new ProbeRequest()));
        Assert.Throws<RpcException>(() => client.ClientStream());
        Assert.Throws<RpcException>(() => client.Duplex());

        Assert.Equal(Enumerable.Repeat("other.test", 5), invoker.Hosts);
    }

    [Fact]
    public void A_client_without_another_host_asks_for_none()
    {
        var invoker = new HostCapturingInvoker();

        Assert.Throws<RpcException>(() => new Probe.ProbeClient(invoker).Unary(new ProbeRequest()));

        Assert.Equal([null], invoker.Hosts);
    }

    [Fact]
    public async Task A_test_double_can_make_its_calls_from_their_parts()
    {
        var disposed = 0;
        var response = Task.FromResult(new ProbeResponse { Text = "double" });
        var headers = new Metadata { { "a", "1" } };
        var trailers = new Metadata { { "b", "2" } };

        using (var call = new AsyncUnaryCall<ProbeResponse>(
            response, Task.FromResult(headers), () => Status.DefaultCancelled, () => trailers, () => disposed++))
        {
            Assert.Equal("double", (await call).Text);
            Assert.Same(headers, await call.ResponseHeadersAsync);
            Assert.Equal(Status.DefaultCancelled, call.GetStatus());
            Assert.Same(trailers, call.GetTrailers());
        }

        Assert.Equal(1, disposed);
    }

    [Fact]
    public void Call_options_change_only_in_the_copy()
    {
        var headers = new Metadata();
        var options = new CallOptions(headers);

        var changed = options.WithWaitForReady().WithWriteOptions(new WriteOptions(WriteFlags.NoCompress)).WithDeadline(DateTime.UnixEpoch);

        Assert.Same(headers, changed.Headers);
        Assert.True(changed.IsWaitForReady);
        Assert.Equal(WriteFlags.NoCompress, changed.WriteOptions!.Flags);
        Assert.Equal(DateTime.UnixEpoch, changed.Deadline);
        Assert.False(options.IsWaitForReady);
        Assert.Null(options.WriteOptions);
        Assert.Null(options.Deadline);
        Assert.False(changed.WithWaitForReady(false).IsWaitForReady);
    }

    private sealed class HostCapturingInvoker : CallInvoker
    {
        public List<string?> Hosts { get; } = [];

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Captured(host);

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Captured(host);

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Captured(host);

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Captured(host);

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Captured(host);

        private RpcException Captured(string? host)
        {
            Hosts.Add(host);
            return new RpcException(Status.DefaultCancelled);
        }
    }
}
