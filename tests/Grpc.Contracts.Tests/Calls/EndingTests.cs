using Grpc.Contracts.Tests.Protos;
using Grpc.Core;

namespace Grpc.Contracts.Tests.Calls;

/// <summary>Calls that end before they are finished.</summary>
public class EndingTests
{
    private static readonly ProbeRequest Wait = new() { Command = Command.Wait };

    [Fact]
    public async Task A_deadline_in_the_past_ends_the_call_at_once()
    {
        await using var server = await ProbeServer.StartAsync();

        var error = await Assert.ThrowsAsync<RpcException>(
            () => server.Client.UnaryAsync(Wait, deadline: DateTime.UtcNow.AddSeconds(-1)).ResponseAsync.WithDeadline());

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    [Fact]
    public async Task A_deadline_reaches_the_service_and_cancels_it()
    {
        await using var server = await ProbeServer.StartAsync();
        var deadline = DateTime.UtcNow;
        for (var seconds = 1; !server.Signals.Waiting.Task.IsCompleted; seconds *= 2)
        {
            // Too short for a busy machine to reach the service in: then with twice the time.
            deadline = DateTime.UtcNow.AddSeconds(seconds);
            using var call = server.Client.UnaryAsync(Wait, new CallOptions().WithDeadline(deadline));

            var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WithDeadline());

            Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        }

        await server.Signals.Cancelled.Task.WithDeadline();
        Assert.InRange(server.Signals.Deadline, deadline.AddMinutes(-1), deadline.AddMinutes(1));
    }

    [Fact]
    public async Task A_call_without_a_deadline_has_the_latest_time_as_its_deadline()
    {
        await using var server = await ProbeServer.StartAsync();
        using var call = server.Client.UnaryAsync(Wait);

        await server.Signals.Waiting.Task.WithDeadline();

        Assert.Equal(DateTime.MaxValue, server.Signals.Deadline);
    }

    [Fact]
    public async Task A_cancelled_token_cancels_the_call_on_both_sides()
    {
        await using var server = await ProbeServer.StartAsync();
        using var cancellation = new CancellationTokenSource();
        using var call = server.Client.UnaryAsync(Wait, cancellationToken: cancellation.Token);
        await server.Signals.Waiting.Task.WithDeadline();

        await cancellation.CancelAsync();

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WithDeadline());
        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        await server.Signals.Cancelled.Task.WithDeadline();
    }

    [Fact]
    public async Task A_disposed_call_is_cancelled_on_the_server()
    {
        await using var server = await ProbeServer.StartAsync();
        var call = server.Client.Duplex();
        await call.RequestStream.WriteAsync(Wait).WithDeadline();
        await server.Signals.Waiting.Task.WithDeadline();

        call.Dispose();

        await server.Signals.Cancelled.Task.WithDeadline();
    }

    [Fact]
    public async Task A_call_that_the_server_aborts_fails_on_the_client()
    {
        await using var server = await ProbeServer.StartAsync();
        using var call = server.Client.Duplex();
        await call.RequestStream.WriteAsync(new ProbeRequest { Command = Command.Abort }).WithDeadline();

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().WithDeadline());

        Assert.NotEqual(StatusCode.OK, error.StatusCode);
        Assert.Equal(error.StatusCode, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_read_that_is_cancelled_cancels_the_call()
    {
        await using var server = await ProbeServer.StartAsync();
        using var call = server.Client.Duplex();
        await call.RequestStream.WriteAsync(Wait).WithDeadline();
        await server.Signals.Waiting.Task.WithDeadline();
        using var cancellation = new CancellationTokenSource();
        await using var responses = call.ResponseStream.ReadAllAsync(cancellation.Token).GetAsyncEnumerator(cancellation.Token);
        var read = responses.MoveNextAsync();

        await cancellation.CancelAsync();

        var error = await Assert.ThrowsAsync<RpcException>(() => read.WithDeadline());
        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        await server.Signals.Cancelled.Task.WithDeadline();
    }
}
