using Asgiref.Core.Callables;
using Bridge.EndToEnd.Tests.Faults;
using CallWorker;

namespace Bridge.EndToEnd.Tests.Calls;

/// <summary>Processes that are killed while calls are under way, and come back.</summary>
[Collection(CallProcesses.Name)]
public sealed class LossTests
{
    [Fact]
    public async Task All_that_waits_for_a_killed_worker_fails_at_once_with_one_error_and_what_it_called_is_cancelled()
    {
        // With these signs of life nobody could learn of the loss by their absence.
        await using var field = await CallField.StartAsync(2, "--Bridge:Sessions:KeepAliveInterval=1:00:00");
        var direct = Enumerable.Range(0, 20).Select(number => field.Route.CallAsync(["w1.wait", $"r{number}"]).AsTask()).ToList();
        direct.Add(field.Route.CallAsync(["w1.keep", "kept"]).AsTask());
        await field.UntilSaidAsync("w1", "kept", "began");
        direct.Add(field.BlockAsync(["w1.hold", "held"]));
        direct.Add(field.Route.CallAsync(["w1.sync", "here.wait", "back"]).AsTask());
        direct.Add(field.Route.CallAsync(["w1.async", "w2.wait", "on"]).AsTask());
        direct.Add(field.Route.CallAsync(["w2.sync", "w1.wait", "through"]).AsTask());
        var caught = field.Route.CallAsync(["w2.catch", "w1.wait", "caught"]).AsTask();
        foreach (var id in Enumerable.Range(0, 20).Select(number => $"r{number} ").Concat(["held", "through", "caught"]))
        {
            await field.Workers["w1"].UntilSaidAsync(id);
        }

        // "kept" has the thread that w1.sync needs, which waits for its turn.
        await field.UntilSaidAsync("w2", "on", "began");
        await field.KillAsync("w1");

        var messages = new HashSet<string>();
        foreach (var call in direct)
        {
            messages.Add(ReasonOf(await Assert.ThrowsAsync<CallLostException>(() => call.WithDeadline())));
        }

        Assert.Matches("^The session [0-9a-f-]+ has ended: ", Assert.Single(messages));
        Assert.EndsWith(messages.Single(), (await caught.WithDeadline())[^1].Text, StringComparison.Ordinal);
        await field.UntilSaidAsync("w2", "on", "cancelled");
        await field.AssertQuietAsync();

        var next = field.Route.CallAsync(["w2.sync", "w1.sync", "here.sync"]).AsTask();
        await field.AddWorkerAsync("w1");
        Assert.Equal("here.sync", (await next.WithDeadline())[^1].Function);
        await field.AssertQuietAsync();
    }

    [Fact]
    public async Task A_killed_caller_takes_along_its_calls_its_contexts_and_their_threads()
    {
        await using var field = await CallField.StartAsync(2, "--Bridge:Sessions:KeepAliveInterval=1:00:00");
        var blocked = field.Route.CallAsync(["w1.context", "w2.sync", "here.wait", "a"]).AsTask();
        var awaiting = field.Route.CallAsync(["w1.context", "here.sync", "w2.wait", "b"]).AsTask();
        await field.UntilSaidAsync(CallField.Here, "a", "began");
        await field.UntilSaidAsync("w2", "b", "began");
        Assert.Equal(2, (await field.FiguresAsync("w2"))["contexts"]);
        Assert.Equal(2, (await field.FiguresAsync(CallField.Here))["contexts"]);
        await field.KillAsync("w1");

        await Assert.ThrowsAsync<CallLostException>(() => blocked.WithDeadline());
        await Assert.ThrowsAsync<CallLostException>(() => awaiting.WithDeadline());
        await field.UntilSaidAsync(CallField.Here, "a", "cancelled");
        await field.UntilSaidAsync("w2", "b", "cancelled");
        await field.AssertQuietAsync();
    }

    [Fact]
    public async Task All_that_is_under_way_fails_with_one_error_when_the_bridge_is_killed_and_a_new_bridge_carries_on()
    {
        await using var field = await CallField.StartAsync(1, $"--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:{FreePort.Find()}");
        Task<Visit[]>[] calls =
        [
            field.Route.CallAsync(["w1.wait", "a"]).AsTask(),
            field.BlockAsync(["w1.sync", "here.wait", "b"]),
            field.Route.CallAsync(["bridge.wait", "c"]).AsTask(),
        ];
        await field.UntilSaidAsync("w1", "a", "began");
        await field.UntilSaidAsync(CallField.Here, "b", "began");
        await field.UntilSaidAsync(CallField.Bridge, "c", "began");
        await field.BridgeProcess.KillAsync();

        var messages = new HashSet<string>();
        foreach (var call in calls)
        {
            messages.Add(ReasonOf(await Assert.ThrowsAsync<CallLostException>(() => call.WithDeadline())));
        }

        Assert.Single(messages);
        await field.UntilSaidAsync("w1", "a", "cancelled");
        await field.UntilSaidAsync(CallField.Here, "b", "cancelled");
        await field.StartBridgeAgainAsync();
        await field.Workers["w1"].UntilReadyAsync(times: 2);
        Assert.Equal("here.sync", (await field.Route.CallAsync(["bridge.sync", "w1.sync", "here.sync"]).AsTask().WithDeadline())[^1].Function);
        await field.AssertQuietAsync();
    }

    /// <summary>What is said behind the name of the call, if that is said.</summary>
    private static string ReasonOf(CallLostException error) => error.Message.Split("was broken off: ")[^1];
}
