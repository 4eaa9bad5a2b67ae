using Asgiref.Core.Callables;
using Asgiref.Core.Sync;

namespace Bridge.EndToEnd.Tests.Calls;

/// <summary>The deadlock error exactly where a call needs a thread that its own ancestor keeps, and the call time elsewhere.</summary>
[Collection(CallProcesses.Name)]
public sealed class DeadlockTests(CallProcesses processes)
{
    private readonly CallField _field = processes.Field;

    public static TheoryData<string> Ways =>
    [
        "w1.stuck here.async w1.sync", "w1.stuck w2.task w1.sync", "bridge.stuck w1.async bridge.sync", "w1.stuck bridge.sync w2.many w1.sync",
    ];

    [Theory]
    [MemberData(nameof(Ways))]
    [Covers("DEAD-01", "DEAD-02")]
    public async Task A_call_that_needs_the_thread_that_its_ancestor_keeps_is_a_deadlock_at_once_and_only_then(string way)
    {
        for (var round = 0; round < 2; round++)
        {
            var error = await Assert.ThrowsAsync<SyncDeadlockException>(() => _field.Route.CallAsync(way.Split(' ')).AsTask().WithDeadline());
            var last = way.Split(' ')[^1];
            Assert.Contains($"{last} needs the thread that {way.Split(' ')[0]} occupies", error.Message, StringComparison.Ordinal);
            await _field.Route.CallAsync([last]).AsTask().WithDeadline();
        }

        await _field.AssertQuietAsync();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task So_it_is_with_the_thread_of_a_context(string way)
    {
        await using (ThreadSensitiveContext.Enter())
        {
            await Assert.ThrowsAsync<SyncDeadlockException>(() => _field.Route.CallAsync(way.Split(' ')).AsTask().WithDeadline());
            await _field.Route.CallAsync([way.Split(' ')[^1]]).AsTask().WithDeadline();
        }

        await _field.AssertQuietAsync();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    [Covers("DEAD-04")]
    public async Task An_ancestor_that_pumps_is_none(string way) =>
        await _field.Route.CallAsync([.. way.Replace("stuck", "sync", StringComparison.Ordinal).Split(' ')]).AsTask().WithDeadline();

    [Theory]
    [InlineData("w1.async here.sync")]
    [InlineData("w1.sync bridge.async w2.task here.sync")]
    public async Task A_thread_of_this_process_that_is_blocked_without_a_pump_is_one_as_well(string way)
    {
        await Assert.ThrowsAsync<SyncDeadlockException>(() => SyncToAsync.Run(() => _field.Route.CallWithoutPump(way.Split(' '))).AsTask().WithDeadline());
        await using (ThreadSensitiveContext.Enter())
        {
            await Assert.ThrowsAsync<SyncDeadlockException>(() => SyncToAsync.Run(() => _field.Route.CallWithoutPump(way.Split(' '))).AsTask().WithDeadline());
            var (own, visits) = await SyncToAsync.Run(() => (Environment.CurrentManagedThreadId, _field.Route.Call(way.Split(' ')))).AsTask().WithDeadline();
            Assert.Equal(own, visits[^1].Thread);
        }

        await _field.AssertQuietAsync();
    }

    [Theory]
    [InlineData(CallField.Here, "w1")]
    [InlineData("w1", CallField.Here)]
    [InlineData("w1", "w2")]
    [InlineData("w1", CallField.Bridge)]
    public async Task A_circle_of_two_trees_ends_by_the_call_time_which_names_the_thread_and_who_has_it(string first, string second)
    {
        var (one, other) = (_field.NewId(), _field.NewId());
        var failing = _field.Route.CallAsync([$"{first}.keep", one, $"{second}.sync@1000"]).AsTask();
        await _field.UntilSaidAsync(first, one, "began");
        var waiting = _field.Route.CallAsync([$"{second}.keep", other, $"{first}.sync"]).AsTask();
        await _field.UntilSaidAsync(second, other, "began");
        await _field.ReleaseAsync(first, one);
        await _field.ReleaseAsync(second, other);

        var error = await Assert.ThrowsAsync<CallTimeoutException>(() => failing.WithDeadline());
        // What was left of its second when it arrived there.
        Assert.Matches(
            $@"^'{second}\.sync' had no result after (1|0\.\d+) s: it waited for the process_thread: {second}\.keep has the process_thread \(managed thread \d+\)\.$",
            error.Message);
        Assert.Equal($"{first}.sync", (await waiting.WithDeadline())[^1].Function);
        await _field.AssertQuietAsync();
    }

    [Fact]
    [Covers("DEAD-03")]
    public async Task A_call_of_another_tree_waits_for_its_turn()
    {
        var id = _field.NewId();
        var holder = _field.Route.CallAsync(["w1.keep", id]).AsTask();
        await _field.UntilSaidAsync("w1", id, "began");
        var next = _field.Route.CallAsync(["w2.stuck", "w1.sync"]).AsTask();
        await _field.UntilAsync("w1", "taken", 2);
        Assert.False(next.IsCompleted);
        await _field.ReleaseAsync("w1", id);
        Assert.Equal((await holder.WithDeadline())[0].Thread, (await next.WithDeadline())[^1].Thread);
    }
}
