using Asgiref.Core.Callables;
using Asgiref.Core.Sync;

namespace Bridge.EndToEnd.Tests.Calls;

/// <summary>Which thread runs a synchronous function that another process calls.</summary>
[Collection(CallProcesses.Name)]
public sealed class ThreadTests(CallProcesses processes)
{
    private readonly CallField _field = processes.Field;

    public static TheoryData<string> Callees => ["w1", CallField.Bridge];

    [Theory]
    [MemberData(nameof(Callees))]
    public async Task Calls_of_a_context_share_one_thread_in_each_process_also_when_they_come_through_another(string callee)
    {
        await using (ThreadSensitiveContext.Enter())
        {
            var threads = new HashSet<int>
            {
                await ThreadOfAsync($"{callee}.sync"),
                await ThreadOfAsync($"{callee}.sync"),
                await ThreadOfAsync("w2.async", $"{callee}.sync"),
                await ThreadOfAsync("w2.sync", $"{callee}.sync"),
                await Task.Run(() => ThreadOfAsync("w2.task", $"{callee}.sync")),
            };
            Assert.Single(threads);
            Assert.Equal(await ThreadOfAsync("w2.sync"), await ThreadOfAsync($"{callee}.async", "w2.sync"));
        }

        await _field.AssertQuietAsync();
    }

    [Theory]
    [MemberData(nameof(Callees))]
    public async Task Calls_of_two_contexts_run_side_by_side(string callee)
    {
        var id = _field.NewId();
        var first = Task.Run(async () =>
        {
            await using var context = ThreadSensitiveContext.Enter();
            return (await _field.Route.CallAsync([$"{callee}.keep", id]))[0].Thread;
        });
        await _field.UntilSaidAsync(callee, id, "began");
        int second;
        await using (ThreadSensitiveContext.Enter())
        {
            second = await ThreadOfAsync($"{callee}.sync");
        }

        Assert.False(first.IsCompleted);
        await _field.ReleaseAsync(callee, id);
        Assert.NotEqual(await first.WithDeadline(), second);
        await _field.AssertQuietAsync();
    }

    [Fact]
    public async Task Without_a_context_calls_from_everywhere_share_the_one_thread_of_the_process()
    {
        Assert.Single(new HashSet<int>
        {
            await ThreadOfAsync("w1.sync"),
            await ThreadOfAsync("w2.async", "w1.sync"),
            await ThreadOfAsync("bridge.pooled", "w1.sync"),
            (await _field.BlockAsync(["w1.sync"]))[^1].Thread,
        });
        var own = await SyncToAsync.Run(static () => Environment.CurrentManagedThreadId);
        Assert.Equal(own, await ThreadOfAsync("w1.async", "here.sync"));
        Assert.Equal(own, await ThreadOfAsync("w2.task", "bridge.async", "here.sync"));
    }

    [Fact]
    public async Task A_context_s_id_that_comes_back_finds_the_thread_that_the_context_has_here()
    {
        await using (ThreadSensitiveContext.Enter())
        {
            var own = await SyncToAsync.Run(static () => Environment.CurrentManagedThreadId);
            Assert.Equal(own, await ThreadOfAsync("w1.async", "here.sync"));
            Assert.Equal(own, await ThreadOfAsync("w1.sync", "w2.task", "bridge.sync", "here.sync"));
        }
    }

    [Theory]
    [InlineData("w1", CallField.Here)]
    [InlineData("w1", CallField.Bridge)]
    [InlineData(CallField.Bridge, "w1")]
    [InlineData("w1", "w2")]
    public async Task So_does_that_of_another_process_there(string owner, string other)
    {
        var visits = await _field.Route.CallAsync([$"{owner}.context", $"{other}.sync", $"{other}.async", $"{owner}.sync"]);
        var own = visits.Single(visit => visit.Function == $"{owner}.branch").Thread;
        Assert.Equal(own, visits[^1].Thread);
        Assert.Equal($"{owner}.sync", visits[^1].Function);
        Assert.NotEqual(await ThreadOfAsync($"{other}.sync"), visits.Single(visit => visit.Function == $"{other}.sync").Thread);
        await _field.AssertQuietAsync();
    }

    [Theory]
    [InlineData(CallField.Here, "w1")]
    [InlineData("w1", CallField.Here)]
    [InlineData("w1", "w2")]
    [InlineData("w1", CallField.Bridge)]
    [InlineData(CallField.Bridge, "w1")]
    public async Task Parallel_branches_of_one_tree_into_one_process_come_back_each_to_its_own_thread(string owner, string other)
    {
        // Everything is below one call, which has no thread of its own in the owner's process.
        var visits = await _field.Route.CallAsync(["w2.task", $"{owner}.fork", $"{other}.async", $"{owner}.sync"]);
        var branches = visits.Skip(2).Chunk(3).ToArray();
        Assert.Equal(4, branches.Length);
        Assert.All(branches, branch =>
        {
            Assert.Equal([$"{owner}.branch", $"{other}.async", $"{owner}.sync"], branch.Select(visit => visit.Function));
            Assert.Equal(branch[0].Thread, branch[2].Thread);
        });
        Assert.Equal(4, branches.DistinctBy(branch => branch[0].Thread).Count());
        await _field.AssertQuietAsync();
    }

    [Theory]
    [InlineData("w1", "here.sync")]
    [InlineData(CallField.Bridge, "w1.sync")]
    public async Task Parallel_branches_that_come_back_to_one_blocked_thread_take_turns_there(string many, string back)
    {
        var process = back.Split('.')[0];
        var visits = process == CallField.Here
            ? await _field.BlockAsync([$"{many}.many", back])
            : await _field.Route.CallAsync([$"{process}.sync", $"{many}.many", back]);
        Assert.Equal(20, visits.Count(visit => visit.Function == back) - (process == CallField.Here ? 0 : 1));
        Assert.Equal([visits[0].Thread], visits.Where(visit => visit.Process == process).Select(visit => visit.Thread).Distinct());
    }

    [Theory]
    [InlineData(CallField.Here)]
    [InlineData("w1")]
    [InlineData(CallField.Bridge)]
    public async Task Blocking_on_the_thread_of_an_event_loop_is_refused(string process)
    {
        const string Message = "You cannot use AsyncToSync in the same thread as an async event loop";
        var call = _field.Route.CallAsync([$"{process}.loop", "w2.wait", "never"]).AsTask().WithDeadline();
        if (process == CallField.Here)
        {
            Assert.StartsWith(Message, (await Assert.ThrowsAsync<InvalidOperationException>(() => call)).Message, StringComparison.Ordinal);
        }
        else
        {
            var error = await Assert.ThrowsAsync<RemoteCallException>(() => call);
            Assert.Equal(typeof(InvalidOperationException).FullName, error.TypeName);
            Assert.StartsWith(Message, error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, _field.Workers["w2"].CountOf("never began"));
        await _field.AssertQuietAsync();
    }

    private async Task<int> ThreadOfAsync(params string[] way) => (await _field.Route.CallAsync(way).AsTask().WithDeadline())[^1].Thread;
}
