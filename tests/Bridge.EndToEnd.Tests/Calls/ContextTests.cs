using Asgiref.Core.Callables;
using Asgiref.Core.Local;
using Asgiref.Core.Sync;
using CallWorker;

namespace Bridge.EndToEnd.Tests.Calls;

/// <summary>The context bag, and the trace, on their way through processes and back.</summary>
[Collection(CallProcesses.Name)]
public sealed class ContextTests(CallProcesses processes)
{
    private readonly CallField _field = processes.Field;

    [Fact]
    [Covers("MAP-03", "CTX-05")]
    public async Task Values_go_along_through_three_processes_and_what_each_changed_comes_back()
    {
        ContextBag.Set("a", "1");
        ContextBag.Set("b", "2");
        var visits = await _field.Route.CallAsync(["w1.bag", "c=1,-a", "bridge.bagAsync", "b=3", "w2.bag", "d=4,-nothing"]);
        Assert.Equal(["a=1;b=2", "b=2;c=1", "b=3;c=1"], visits.Select(visit => visit.Text));
        Assert.Equal("b=3;c=1;d=4", Deeds.BagText());
    }

    [Fact]
    public async Task A_blocked_caller_gets_the_changes_and_its_callbacks_see_those_so_far()
    {
        var (visits, bag) = await Task.Factory.StartNew(
            () =>
            {
                ContextBag.Set("x", "0");
                return (_field.Route.Call(["w1.bag", "x=1", "here.bag", "y=2,-x", "w1.bagAsync", "z=3"]), Deeds.BagText());
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).WithDeadline();
        Assert.Equal(["x=0", "x=1", "y=2"], visits.Select(visit => visit.Text));
        Assert.Equal("y=2;z=3", bag);
    }

    [Fact]
    public async Task A_worker_gets_back_what_a_function_here_changed()
    {
        var visits = await _field.Route.CallAsync(["w1.then", "here.bag", "x=1", "|", "w1.bag", "y=2", "w2.bag", ""]);
        Assert.Equal(["", "x=1", "x=1;y=2"], visits.Where(visit => visit.Text is not null).Select(visit => visit.Text));
        Assert.Equal("x=1;y=2", Deeds.BagText());
    }

    [Theory]
    [InlineData("w1.bag c=1,-a w2.fail", "b=2;c=1")]
    [InlineData("bridge.bag c=1 w1.bag -b here.fail", "a=1;c=1")]
    public async Task What_a_failing_function_changed_comes_back_as_well(string way, string expected)
    {
        ContextBag.Set("a", "1");
        ContextBag.Set("b", "2");
        try
        {
            await _field.Route.CallAsync(way.Split(' '));
            Assert.Fail("It did not raise.");
        }
        catch (RemoteCallException)
        {
            Assert.Equal(expected, Deeds.BagText());
        }
    }

    [Fact]
    [Covers("MAP-04")]
    public async Task Of_calls_at_the_same_time_the_one_awaited_last_wins_name_by_name()
    {
        var first = _field.Route.CallAsync(["w1.bag", "k=first,p=1"]);
        var second = _field.Route.CallAsync(["w2.bag", "k=second,q=2"]);
        await _field.Route.CallAsync(["bridge.bag", "never=applied"]).AsTask();
        Assert.Equal("", Deeds.BagText());
        await second;
        Assert.Equal("k=second;q=2", Deeds.BagText());
        await first;
        Assert.Equal("k=first;p=1;q=2", Deeds.BagText());
    }

    [Fact]
    public async Task Calls_at_the_same_time_do_not_see_each_other_s_values()
    {
        var seen = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => AsgiTask.Create(async () =>
        {
            ContextBag.Set("mine", $"{number}");
            var visits = await _field.Route.CallAsync(["w1.bagAsync", $"w1={number}", "here.bagAsync", $"here={number}", "w2.bagAsync", ""]);
            return (number, visits[^1].Text, Own: Deeds.BagText());
        })));
        Assert.All(seen, each => Assert.Equal(($"here={each.number};mine={each.number};w1={each.number}", each.Text), (each.Text, each.Own)));
    }
}
