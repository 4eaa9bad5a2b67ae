using Asgiref.Core.Sync;

namespace Bridge.EndToEnd.Tests.Calls;

/// <summary>
/// The shapes in which asgiref has hung, with processes in between; the numbers are those of its issues. Each ends as
/// docs/protocol.md says, and leaves nothing behind.
/// </summary>
[Collection(CallProcesses.Name)]
public sealed class AsgirefIssueTests(CallProcesses processes) : IAsyncLifetime
{
    private readonly CallField _field = processes.Field;
    private readonly string _id = processes.Field.NewId();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _field.AssertQuietAsync();

    [Theory]
    [InlineData("w1.task here.sync")]
    [InlineData("w1.task w2.task bridge.task here.sync")]
    [Covers("SYNC-26")]
    public async Task Issue_249_a_sync_view_that_blocks_on_a_created_task_which_needs_the_view_s_thread(string way)
    {
        var (own, visits) = await SyncToAsync.Run(() => (Environment.CurrentManagedThreadId, _field.Route.Call(way.Split(' ')))).AsTask().WithDeadline();
        Assert.Equal(own, visits[^1].Thread);
    }

    [Theory]
    [InlineData("w1.sync here.task w1.sync")]
    [InlineData("bridge.sync w1.task bridge.sync")]
    public async Task Issue_249_the_same_with_the_view_in_another_process(string way)
    {
        var visits = await _field.Route.CallAsync(way.Split(' ')).AsTask().WithDeadline();
        Assert.Equal(visits[0].Thread, visits[^1].Thread);
    }

    [Fact]
    public async Task Issue_323_a_second_sensitive_call_before_the_first_has_ended_waits_its_turn()
    {
        var first = _field.Route.CallAsync(["w1.keep", _id]);
        await _field.UntilSaidAsync("w1", _id, "began");
        var second = _field.Route.CallAsync(["w1.sync", "here.sync"]);
        try
        {
            await _field.UntilAsync("w1", "taken", 2);
        }
        finally
        {
            await _field.ReleaseAsync("w1", _id);
        }

        Assert.Equal((await first.AsTask().WithDeadline())[0].Thread, (await second.AsTask().WithDeadline())[0].Thread);
    }

    [Theory]
    [InlineData("w1.stuck here.async w1.sync")]
    [InlineData("w1.stuck w2.async w1.sync")]
    public async Task Issue_323_a_sensitive_call_below_one_that_blocks_without_a_pump_is_the_deadlock_error(string way)
    {
        await Assert.ThrowsAsync<SyncDeadlockException>(() => _field.Route.CallAsync(way.Split(' ')).AsTask().WithDeadline());
        await _field.Route.CallAsync(["w1.sync"]).AsTask().WithDeadline();
    }

    [Theory]
    [InlineData("w1.timeout here.sync")]
    [InlineData("w1.timeout bridge.timeout here.sync")]
    public async Task Issue_348_a_call_with_a_time_limit_below_a_sync_middleware_in_a_context(string way)
    {
        await using (ThreadSensitiveContext.Enter())
        {
            var (own, visits) = await SyncToAsync.Run(() => (Environment.CurrentManagedThreadId, _field.Route.Call(way.Split(' ')))).AsTask().WithDeadline();
            Assert.Equal(own, visits[^1].Thread);
        }
    }

    [Fact]
    public async Task Issue_348_the_same_with_the_context_and_the_middleware_in_a_worker()
    {
        var visits = await _field.Route.CallAsync(["w1.context", "w1.sync", "here.timeout", "w1.sync"]).AsTask().WithDeadline();
        Assert.Single(visits.Where(visit => visit.Function is "w1.sync" or "w1.branch").Select(visit => visit.Thread).Distinct());
    }

    [Fact]
    public async Task Issue_458_a_request_that_is_cancelled_leaves_its_context_while_the_context_s_thread_is_blocked()
    {
        await using var loop = EventLoop.Start();
        using var leave = new CancellationTokenSource();
        var request = loop.RunAsync(async () =>
        {
            await using var context = ThreadSensitiveContext.Enter();
            await SyncToAsync.Run(() => _field.Route.Call(["w1.sync", "here.wait", _id]), cancellationToken: leave.Token);
        });
        await _field.UntilSaidAsync(CallField.Here, _id, "began");
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request.WithDeadline());
        await _field.UntilSaidAsync(CallField.Here, _id, "cancelled");
    }

    [Fact]
    public async Task Issue_482_sensitive_calls_of_many_tasks_in_two_processes_all_run_on_one_thread()
    {
        var visits = await _field.BlockAsync(["w1.many", "w2.task", "here.sync"]).WithDeadline();
        Assert.Equal([visits[0].Thread], visits.Where(visit => visit.Function == "here.sync").Select(visit => visit.Thread).Distinct());

        // Without anybody who is blocked it is the one thread of the process.
        var all = await Task.WhenAll(
            _field.Route.CallAsync(["w2.many", "w1.sync"]).AsTask(),
            _field.Route.CallAsync(["bridge.many", "w1.sync"]).AsTask(),
            _field.Route.CallAsync(["w1.many", "w1.sync"]).AsTask()).WithDeadline();
        Assert.Single(all.SelectMany(many => many).Where(visit => visit.Function == "w1.sync").Select(visit => visit.Thread).Distinct());
    }

    [Theory]
    [InlineData("w1")]
    [InlineData(CallField.Bridge)]
    [Covers("A2S-27")]
    public async Task Issue_491_a_task_that_comes_back_later_when_the_frame_that_left_it_behind_has_ended(string other)
    {
        var visits = await _field.BlockAsync([$"{other}.then", "here.sync", $"{other}.behind", _id, "here.sync", "|", $"{other}.collect", _id]).WithDeadline();
        Assert.Equal(["here.sync", "here.sync"], visits.Where(visit => visit.Function == "here.sync").Select(visit => visit.Function));
        Assert.Equal([visits[0].Thread], visits.Where(visit => visit.Process == CallField.Here).Select(visit => visit.Thread).Distinct());
    }

    [Theory]
    [InlineData("w1")]
    [InlineData(CallField.Bridge)]
    public async Task Issue_492_a_task_that_comes_back_while_the_frame_that_left_it_behind_ends(string other)
    {
        for (var round = 0; round < 20; round++)
        {
            var id = _field.NewId();
            await _field.ReleaseAsync(other, id);
            var visits = await _field.BlockAsync([$"{other}.then", "here.sync", $"{other}.behind", id, "here.sync", "|", $"{other}.collect", id]).WithDeadline();
            Assert.Equal([visits[0].Thread], visits.Where(visit => visit.Process == CallField.Here).Select(visit => visit.Thread).Distinct());
        }
    }

    [Fact]
    [Covers("A2S-29")]
    public async Task Issue_492_of_two_tasks_one_keeps_a_thread_until_the_other_has_come_back()
    {
        var keeping = _field.BlockAsync(["w1.task", "here.keep", _id]);
        await _field.UntilSaidAsync(CallField.Here, _id, "began");
        var other = await _field.BlockAsync(["w1.task", "here.sync"]).WithDeadline();
        Assert.Equal(other[0].Thread, other[^1].Thread);
        Assert.False(keeping.IsCompleted);
        await _field.ReleaseAsync(CallField.Here, _id);
        var kept = await keeping.WithDeadline();
        Assert.Equal(kept[0].Thread, kept[^1].Thread);
    }

    [Fact]
    [Covers("TSC-06")]
    public async Task Issue_535_the_end_of_a_context_does_not_block_the_loop_that_its_thread_waits_for()
    {
        await using var loop = EventLoop.Start();
        await loop.RunAsync(async () =>
        {
            var context = ThreadSensitiveContext.Enter();
            var call = SyncToAsync.Run(() => _field.Route.Call(["w1.sync", "bridge.async", "here.wait", _id])).AsTask();
            await _field.UntilSaidAsync(CallField.Here, _id, "began");
            var end = context.DisposeAsync();
            Assert.False(end.IsCompleted);
            await _field.ReleaseAsync(CallField.Here, _id);
            // What was called back belongs to the loop, whose thread was free for it.
            Assert.Equal(Environment.CurrentManagedThreadId, (await call)[^1].Thread);
            await end;
        }).WithDeadline();
    }

    [Theory]
    [InlineData("w1")]
    [InlineData(CallField.Bridge)]
    public async Task Issue_545_a_context_elsewhere_whose_thread_is_blocked_in_a_call_back_here_when_its_caller_leaves(string other)
    {
        using var leave = new CancellationTokenSource();
        var request = _field.Route.CallAsync([$"{other}.context", $"{other}.sync", "here.wait", _id], leave.Token).AsTask();
        await _field.UntilSaidAsync(CallField.Here, _id, "began");
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request.WithDeadline());
        await _field.UntilSaidAsync(CallField.Here, _id, "cancelled");
        Assert.Equal($"{other}.sync", (await _field.Route.CallAsync([$"{other}.context", $"{other}.sync"]).AsTask().WithDeadline())[^1].Function);
    }
}
