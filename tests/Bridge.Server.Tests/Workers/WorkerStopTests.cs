using System.Net;
using Asgiref.Core.Hosting;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Instances;
using Bridge.Server.Metrics;
using Bridge.Server.Tests.Hosting;
using Grpc.Core;

namespace Bridge.Server.Tests.Workers;

/// <summary>The stop of a bridge that has workers.</summary>
public sealed class WorkerStopTests
{
    private static readonly HttpClient Client = new();

    [Fact]
    public async Task First_unready_then_the_instances_end_then_the_workers_are_told_and_last_nobody_listens()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var worker = await bridge.DialAsync("worker", maxInstances: 1);
        var running = bridge.Begin();
        var exchange = await worker.NextExchange();
        exchange.Accept();
        var waiting = bridge.Begin();
        await bridge.Directory.WaitingAsync("app", 1);
        var unready = new TaskCompletionSource();
        bridge.Bridge.Service<IReadiness>().Changed += () => unready.TrySetResult();

        var stopping = bridge.Bridge.StopAsync();
        await unready.Task.WithDeadline();
        var waited = await waiting.WithDeadline();
        var late = await bridge.Begin().WithDeadline();
        using var answer = await Client.GetAsync(new Uri(bridge.Bridge.Management, "/readyz")).WithDeadline();
        Assert.False(worker.Session.PeerDrains);
        exchange.End(EndedKind.Finished);
        Assert.Equal(EndingKind.Finished, (await running.WithDeadline()).Kind);
        var drain = await worker.Drained;
        var ending = await worker.Ended;
        var status = await worker.StatusAsync();
        await bridge.FarewellAsync();
        await stopping;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal((EndingKind.Refused, EndingCause.Draining), (waited.Kind, waited.Cause));
        Assert.Equal((EndingKind.Refused, EndingCause.Draining), (late.Kind, late.Cause));
        Assert.Equal("The bridge is stopping.", drain);
        Assert.Equal((SessionEndingKind.Goodbye, GoodbyeCode.Done, true), (ending.Kind, ending.Code, ending.ByPeer));
        Assert.Equal(StatusCode.OK, status.StatusCode);
    }

    [Fact]
    public async Task What_runs_when_the_drain_limit_is_over_is_ended_and_logged()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Limits:DrainTime", "00:00:33"));
        await using var worker = await bridge.DialAsync("worker");
        var running = bridge.Begin();
        var exchange = await worker.NextExchange();
        exchange.Accept();

        var stopping = bridge.Bridge.StopAsync();
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(33));
        Assert.False(running.IsCompleted);
        bridge.Clock.Advance(TimeSpan.FromSeconds(33));

        var ending = await running.WithDeadline();
        Assert.Equal((EndingKind.Lost, EndingCause.Draining), (ending.Kind, ending.Cause));
        Assert.Equal(ReceivedKind.End, (await exchange.ReceiveAsync().WithDeadline()).Kind);
        Assert.Equal(ResetCode.Stopping, exchange.Ending!.ResetCode);
        exchange.End(EndedKind.Disconnected);
        await bridge.FarewellAsync();
        await stopping;
        Assert.Equal(1, bridge.Bridge.Metrics.CountOf(Limit.DrainTime));
        Assert.Contains("Stopping: 1 instances run on workers; waiting up to 33 s", bridge.Bridge.Log.Messages);
        Assert.Contains(bridge.Bridge.Log.Messages, message =>
            message.Contains("(Bridge:Limits:DrainTime) is over; ending app (http GET /some/path), on session", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_worker_that_goes_on_with_what_was_ended_does_not_hold_the_stop_up_for_longer_than_its_drain_time()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Sessions:DrainTime", "00:00:44"));
        await using var worker = await bridge.DialAsync("worker");
        var leaving = new FakeDriver();
        var running = bridge.Begin(leaving);
        (await worker.NextExchange()).Accept();
        leaving.Leave();
        await running.WithDeadline();

        var stopping = bridge.Bridge.StopAsync();
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(44));
        Assert.False(stopping.IsCompleted);
        bridge.Clock.Advance(TimeSpan.FromSeconds(44));

        Assert.Equal(GoodbyeCode.Done, (await worker.Ended).Code);
        await bridge.FarewellAsync();
        await stopping;
    }

    [Fact]
    public async Task A_client_that_never_said_hello_does_not_hold_the_stop_up()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var channel = global::Grpc.Net.Client.GrpcChannel.ForAddress(bridge.Grpc);
        using var call = new SessionService.SessionServiceClient(channel).Open();
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WithDeadline());
        Assert.NotNull(call.ResponseStream.Current.Frames[0].Hello);

        var stopping = bridge.Bridge.StopAsync();
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WithDeadline());
        Assert.Equal(GoodbyeCode.Done, call.ResponseStream.Current.Frames[0].Goodbye.Code);
        await call.RequestStream.CompleteAsync();

        await bridge.FarewellAsync();
        await stopping;
    }
}
