using Bridge.Testing.Limits;

namespace Asgiref.Core.Tests.Limits;

public class LimitedCallTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task A_call_that_blocks_its_thread_is_given_up_by_name()
    {
        using var never = new ManualResetEventSlim();
        var error = await Assert.ThrowsAsync<TimeoutException>(() => LimitedCall.RunAsync(
            () =>
            {
                never.Wait();
                return null;
            },
            Short,
            "blocked call").WithDeadline());
        never.Set();
        Assert.Contains("blocked call", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_does_not_end_is_given_up_by_name()
    {
        var never = new TaskCompletionSource();
        var error = await Assert.ThrowsAsync<TimeoutException>(() => LimitedCall.RunAsync(() => never.Task, Short, "endless task").WithDeadline());
        Assert.Contains("endless task", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_call_or_its_task_throws_comes_out_as_it_is()
    {
        var thrown = new TimeZoneNotFoundException();
        Assert.Same(thrown, await Assert.ThrowsAsync<TimeZoneNotFoundException>(
            () => LimitedCall.RunAsync(() => throw thrown, Deadline.Default, "call")));
        Assert.Same(thrown, await Assert.ThrowsAsync<TimeZoneNotFoundException>(
            () => LimitedCall.RunAsync(() => Task.FromException(thrown), Deadline.Default, "task")));
    }

    [Fact]
    public void A_test_of_this_project_runs_as_a_limited_call() => AssertLimited(nameof(A_test_of_this_project_runs_as_a_limited_call));

    [Theory]
    [InlineData(1)]
    public void So_does_a_theory(int row)
    {
        Assert.Equal(1, row);
        AssertLimited(nameof(So_does_a_theory));
    }

    private static void AssertLimited(string test)
    {
        Assert.Contains(test, Thread.CurrentThread.Name, StringComparison.Ordinal);
        Assert.Null(SynchronizationContext.Current);
    }
}
