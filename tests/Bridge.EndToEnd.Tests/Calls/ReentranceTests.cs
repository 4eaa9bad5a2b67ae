using Asgiref.Core.Callables;

namespace Bridge.EndToEnd.Tests.Calls;

/// <summary>Callbacks into processes that are blocked in calls themselves.</summary>
[Collection(CallProcesses.Name)]
public sealed class ReentranceTests(CallProcesses processes)
{
    private const int Depth = 64;
    private readonly CallField _field = processes.Field;

    public static TheoryData<string> Rounds =>
        ["w1.sync here.sync", "bridge.sync here.sync", "w1.sync w2.sync here.sync", "w1.sync bridge.sync w2.async here.sync", "w2.sync w1.sync"];

    [Theory]
    [MemberData(nameof(Rounds))]
    public async Task Callbacks_go_on_to_the_limit_on_one_thread_of_each_process(string round)
    {
        var visits = await _field.BlockAsync(Way(round, Depth)).WithDeadline();
        Assert.Equal(Depth + 1, visits.Length);
        foreach (var process in visits.Where(visit => visit.Function.EndsWith(".sync", StringComparison.Ordinal)).GroupBy(visit => visit.Process))
        {
            Assert.Single(process.Select(visit => visit.Thread).Distinct());
            if (process.Key == CallField.Here)
            {
                Assert.Equal(visits[0].Thread, process.First().Thread);
            }
        }

        await _field.AssertQuietAsync();
    }

    [Theory]
    [MemberData(nameof(Rounds))]
    public async Task One_call_more_is_refused_and_everything_around_it_ends(string round)
    {
        var error = await Assert.ThrowsAsync<RemoteCallException>(() => _field.BlockAsync(Way(round, Depth + 1)).WithDeadline());
        Assert.Equal(typeof(CallRefusedException).FullName, error.TypeName);
        Assert.Contains("would be call 65 of its tree; 64 may be made from within one another (CallDepth)", error.Message, StringComparison.Ordinal);
        await _field.AssertQuietAsync();
    }

    [Fact]
    public async Task A_callback_runs_on_the_nearest_blocked_thread_of_its_process()
    {
        // The pooled function blocks a thread of its own below the first one, and lends it to nobody (SYNC-30).
        var visits = await _field.BlockAsync(["w1.async", "here.sync", "w1.async", "here.pooled", "w1.async", "here.sync"]).WithDeadline();
        Assert.Equal([visits[0].Thread, visits[0].Thread], visits.Where(visit => visit.Function == "here.sync").Select(visit => visit.Thread));
        Assert.NotEqual(visits[0].Thread, visits.Single(visit => visit.Function == "here.pooled").Thread);

        visits = await _field.Route.CallAsync(["w1.pooled", "here.async", "w1.sync", "here.task", "w1.sync"]).AsTask().WithDeadline();
        var threads = visits.Where(visit => visit.Process == "w1").Select(visit => visit.Thread).ToArray();
        Assert.Equal(threads[1], threads[2]);
    }

    private static string[] Way(string round, int length)
    {
        var names = round.Split(' ');
        return [.. Enumerable.Range(0, length).Select(step => names[step % names.Length])];
    }
}
