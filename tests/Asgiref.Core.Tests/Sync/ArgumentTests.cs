using Asgiref.Core.Sync;

namespace Asgiref.Core.Tests.Sync;

/// <summary>What is null where a function is needed is refused where it is given, by the name of the parameter.</summary>
public class ArgumentTests
{
    [Fact]
    public void A_synchronous_function_must_be_given()
    {
        IsRefused("action", () => { _ = SyncToAsync.Run((Action)null!); });
        IsRefused("action", () => { _ = SyncToAsync.Run((Action<int>)null!, 1); });
        IsRefused("function", () => { _ = SyncToAsync.Run((Func<int>)null!); });
        IsRefused("function", () => { _ = SyncToAsync.Run((Func<int, int>)null!, 1); });
        IsRefused("function", () => SyncToAsync.Wrap((Action)null!));
        IsRefused("function", () => SyncToAsync.Wrap((Action<int>)null!));
        IsRefused("function", () => SyncToAsync.Wrap((Func<int>)null!));
        IsRefused("function", () => SyncToAsync.Wrap((Func<int, int>)null!));
        IsRefused("function", () => SyncToAsync.Wrap((Delegate)null!));
    }

    [Fact]
    public Task An_asynchronous_function_must_be_given() => OnThread.Run(() =>
    {
        IsRefused("function", () => AsyncToSync.Run((Func<Task>)null!));
        IsRefused("function", () => AsyncToSync.Run((Func<ValueTask>)null!));
        IsRefused("function", () => AsyncToSync.Run((Func<AsgiTask>)null!));
        IsRefused("function", () => AsyncToSync.Run((Func<Task<int>>)null!));
        IsRefused("function", () => AsyncToSync.Run((Func<ValueTask<int>>)null!));
        IsRefused("function", () => AsyncToSync.Run((Func<AsgiTask<int>>)null!));
        IsRefused("function", () => AsyncToSync.Wrap((Func<Task>)null!));
        IsRefused("function", () => AsyncToSync.Wrap((Func<ValueTask<int>>)null!));
        IsRefused("function", () => AsyncToSync.Wrap((Func<int, AsgiTask>)null!));
        IsRefused("function", () => AsyncToSync.Wrap((Func<int, Task<int>>)null!));
        IsRefused("function", () => AsyncToSync.Wrap((Delegate)null!));
    });

    [Fact]
    public async Task The_function_of_a_task_must_be_given_before_the_task_starts()
    {
        await using var loop = EventLoop.Start();
        var context = CallContext.Capture();

        IsRefused("function", () => { _ = AsgiTask.Create((Func<Task>)null!); });
        IsRefused("function", () => { _ = AsgiTask.Create((Func<Task<int>>)null!); });
        IsRefused("function", () => { _ = loop.RunAsync(null!); });
        IsRefused("function", () => { _ = loop.RunAsync((Func<Task<int>>)null!); });
        IsRefused("context", () => { _ = AsgiTask.Create(async () => { }, null!); });
        IsRefused("context", () => { _ = AsgiTask.Create(async () => 1, null!); });
        IsRefused("function", () => { _ = context.RunAsync(null!); });
        IsRefused("action", () => context.Run(null!));
        Assert.Equal("function", (await Assert.ThrowsAsync<ArgumentNullException>(() => context.RunAsync((Func<AsgiTask<int>>)null!))).ParamName);
    }

    [Fact]
    public void An_application_must_be_given() => IsRefused("application", () => ThreadSensitiveContext.PerInstance(null!));

    [Fact]
    public void A_limit_of_waiting_tasks_is_one_at_least()
    {
        Assert.Equal("value", Assert.Throws<ArgumentOutOfRangeException>(() => new EventLoopOptions { MaxQueuedCalls = 0 }).ParamName);
        Assert.Equal(1, new EventLoopOptions { MaxQueuedCalls = 1 }.MaxQueuedCalls);
        Assert.Equal(SyncLimits.MaxQueuedCalls, EventLoopOptions.Default.MaxQueuedCalls);
    }

    private static void IsRefused(string parameter, Action call) =>
        Assert.Equal(parameter, Assert.Throws<ArgumentNullException>(call).ParamName);
}
