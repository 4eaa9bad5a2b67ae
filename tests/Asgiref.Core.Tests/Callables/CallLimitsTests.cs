using Asgiref.Core.Callables.Outgoing;

namespace Asgiref.Core.Tests.Callables;

public class CallLimitsTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_source_whose_time_did_not_pass_is_used_again_without_what_listened_to_it()
    {
        var limits = new CallLimits(TimeProvider.System);
        var first = limits.Start(Long);
        var heard = false;
        first.Token.UnsafeRegister(_ => heard = true, null);
        limits.End(first);

        var second = limits.Start(TimeSpan.FromMilliseconds(1));
        Assert.Same(first, second);
        var fired = new TaskCompletionSource();
        second.Token.UnsafeRegister(_ => fired.TrySetResult(), null);
        await fired.Task.WithDeadline();
        Assert.False(heard);
    }

    [Fact]
    public async Task A_source_that_has_fired_is_not_used_again()
    {
        var limits = new CallLimits(TimeProvider.System);
        var first = limits.Start(Long);
        await first.CancelAsync();
        limits.End(first);
        var second = limits.Start(Long);
        Assert.NotSame(first, second);
        Assert.False(second.IsCancellationRequested);
    }

    [Fact]
    public void A_source_on_another_clock_is_not_used_again()
    {
        var clock = new FakeClock();
        var limits = new CallLimits(clock);
        var first = limits.Start(Long);
        limits.End(first);
        Assert.NotSame(first, limits.Start(Long));
    }

    [Fact]
    public void Ids_of_calls_are_not_given_twice()
    {
        // More than are made ahead, on more than one thread.
        var ids = Enumerable.Range(0, 1000).AsParallel().Select(_ => CallIds.Next()).ToHashSet();
        Assert.Equal(1000, ids.Count);
        Assert.DoesNotContain(Guid.Empty, ids);
    }
}
