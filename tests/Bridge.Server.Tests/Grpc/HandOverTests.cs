using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;
using Bridge.Server.Grpc;
using Bridge.Server.Metrics;
using Grpc.Core;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Tests.Grpc;

/// <summary>What happens to events between the application and its driver when one of the two gives up.</summary>
public sealed class HandOverTests
{
    private static readonly HttpResponseBodyEvent Large = new() { Body = new byte[8 * 1024 * 1024], MoreBody = true };

    [Fact]
    [Covers("GAP-10")]
    public async Task A_send_that_is_given_up_in_the_middle_spoils_the_response_for_everybody_to_see()
    {
        var givenUp = new TaskCompletionSource();
        Exception? later = null;
        await using var host = await GrpcHost.StartAsync(async (_, _, send) =>
        {
            await send(new HttpResponseStartEvent { Status = 200 });
            using var cancel = new CancellationTokenSource();
            var sending = send(Large, cancel.Token).AsTask();
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
            givenUp.SetResult();
            later = await Record.ExceptionAsync(() => send(new HttpResponseBodyEvent { Body = "after the hole"u8.ToArray() }).AsTask());
        });
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(Messages.HttpStart());
        await givenUp.Task.WithDeadline();

        var end = await call.EndAsync();

        end.AssertIs(StatusCode.OK, "finished");
        Assert.Contains("hole", end.Omission, StringComparison.Ordinal);
        Assert.DoesNotContain(end.Events, message => message.HttpResponseBody?.Body.ToStringUtf8() == "after the hole");
        Assert.IsType<InvalidAsgiEventException>(later);
    }

    [Fact]
    public async Task A_driver_that_never_reads_cannot_hold_a_call_whose_instance_has_ended()
    {
        var heldUp = new TaskCompletionSource();
        await using var host = await GrpcHost.StartAsync(async (_, _, send) =>
        {
            // One message, larger than all windows, and the first: as soon as send has been called its write waits for the driver.
            var sending = send(new CustomEvent("chat.huge", [new("blob", new byte[3 * 1024 * 1024])])).AsTask();
            heldUp.SetResult();
            await Assert.ThrowsAsync<ClientDisconnectedException>(() => sending);
        });
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(Messages.CustomStart());
        await heldUp.Task.WithDeadline();
        await call.SendAsync(Messages.Custom("chat.disconnect"));
        await host.Clock.UntilArmedAsync(TimeSpan.FromSeconds(10));

        host.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.NotEqual(StatusCode.OK, (await call.EndAsync()).Status.StatusCode);
        Assert.Equal(1, host.Metrics.CountOf(Limit.CallCloseTime));
    }

    [Fact]
    public async Task A_driver_may_stop_anywhere_once_the_response_is_complete()
    {
        var stopped = new TaskCompletionSource();
        await using var host = await GrpcHost.StartAsync(async (_, _, send) =>
        {
            await send(new HttpResponseStartEvent { Status = 413 });
            await send(new HttpResponseBodyEvent());
            await stopped.Task;
        });
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(Messages.HttpStart(), Messages.Body("part", more: true));
        await call.ReceiveAsync();
        await call.ReceiveAsync();
        await call.SendAsync(Messages.WebSocketConnect());
        await call.CompleteAsync();

        // A call that is judged ends at once; one that is not goes on until the application returns.
        var end = call.EndAsync();
        using (var other = await new TestCall(channel).SendAsync(Messages.HttpStart()))
        {
            await other.ReceiveAsync();
        }

        stopped.SetResult();
        (await end).AssertIs(StatusCode.OK, "finished");
    }

    [Fact]
    public async Task An_error_of_the_bridge_itself_is_not_taken_for_a_driver_that_left()
    {
        using var metrics = new BridgeMetrics();
        var scope = new CustomScope("chat");
        await using var driver = new RunDriver(
            scope, new EmptyStream(), new FailingStream(), new GrpcOptions(), metrics, TimeProvider.System, new FakeCall());

        await Assert.ThrowsAsync<FormatException>(() => driver.SendAsync(new CustomEvent("a.b"), SendVerdict.Forward, default).AsTask());
    }

    private sealed class EmptyStream : IAsyncStreamReader<V1.RunRequest>
    {
        public V1.RunRequest Current => throw new InvalidOperationException();

        public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromResult(false);
    }

    private sealed class FailingStream : IServerStreamWriter<V1.RunResponse>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(V1.RunResponse message) => throw new FormatException();

        public Task WriteAsync(V1.RunResponse message, CancellationToken cancellationToken) => throw new FormatException();
    }
}
