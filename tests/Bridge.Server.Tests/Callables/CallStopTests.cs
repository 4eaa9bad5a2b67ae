using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Metrics;
using Grpc.Core;

namespace Bridge.Server.Tests.Callables;

/// <summary>Calls at the stop of the bridge.</summary>
public sealed class CallStopTests
{
    [Fact]
    public async Task A_stopping_bridge_refuses_new_calls_and_lets_those_under_way_end_with_the_calls_that_they_make()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");
        var running = caller.Call();
        var served = await worker.NextCall();
        served.Accept();

        var stopping = bridge.Bridge.StopAsync();
        await WaitUntil.HoldsAsync(() => bridge.Bridge.Log.Messages.Contains("Stopping: 1 calls are under way; waiting up to 30 s"), "the drain");
        var refused = await caller.Call().EndingAsync();
        var outside = await Assert.ThrowsAsync<RpcException>(() => bridge.Stub.CallAsync(new CallRequest { Callable = "f" }).ResponseAsync.WithDeadline());
        var stranger = await worker.Call(path: [new CallStep { Call = WireId.ToBytes(Guid.NewGuid()), Peer = WireId.ToBytes(worker.Process) }]).EndingAsync();
        var inner = worker.Call(path: served.Target.Call!.Path);
        await (await worker.NextCall()).ReturnAsync("inner");
        Assert.Equal("inner", await inner.ResultAsync());
        await served.SendAsync(CalledExchanges.Result("outer"));
        served.End(EndedKind.Finished);

        Assert.Equal("outer", await running.ResultAsync());
        Assert.Equal((ExchangeEndingKind.Refused, RefusedCode.Draining), (refused.Kind, refused.RefusedCode));
        Assert.Equal((ExchangeEndingKind.Refused, RefusedCode.Draining), (stranger.Kind, stranger.RefusedCode));
        Assert.Equal(StatusCode.Unavailable, outside.StatusCode);
        await running.EndingAsync();
        await bridge.FarewellAsync();
        await stopping;
    }

    [Fact]
    public async Task What_runs_when_the_drain_limit_is_over_is_ended_as_lost()
    {
        await using var bridge = await CallBridge.StartAsync(("Bridge:Limits:DrainTime", "00:00:33"));
        var worker = await bridge.ServeAsync();
        var caller = await bridge.DialAsync("caller");
        var running = caller.Call();
        var served = await worker.NextCall();
        served.Accept();
        await WaitUntil.HoldsAsync(() => running.Exchange.IsAccepted, "the caller hears that its call is taken");

        var stopping = bridge.Bridge.StopAsync();
        await bridge.Clock.UntilArmedAsync(TimeSpan.FromSeconds(33));
        bridge.Clock.Advance(TimeSpan.FromSeconds(33));
        var ending = await running.EndingAsync();
        Assert.Equal(ReceivedKind.End, (await served.ReceiveAsync().AsTask().WithDeadline()).Kind);
        served.End(EndedKind.Disconnected);

        Assert.Equal((ExchangeEndingKind.Reset, ResetCode.Stopping), (ending.Kind, ending.ResetCode));
        Assert.Equal(ResetCode.Stopping, served.Ending!.ResetCode);
        await bridge.FarewellAsync();
        await stopping;
        Assert.Equal(1, bridge.Metrics.CountOf(Limit.DrainTime));
        Assert.Contains(bridge.Bridge.Log.Messages, message =>
            message.Contains("(Bridge:Limits:DrainTime) is over; ending the call of f from session ", StringComparison.Ordinal));
    }
}
