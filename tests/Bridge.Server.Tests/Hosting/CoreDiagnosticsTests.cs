using Asgiref.Core.Sync;
using Bridge.Server.Hosting;
using Bridge.Server.Metrics;
using Microsoft.Extensions.Logging;

namespace Bridge.Server.Tests.Hosting;

public sealed class CoreDiagnosticsTests
{
    [Fact]
    public async Task A_function_that_keeps_a_thread_from_others_is_logged_and_counted()
    {
        var clock = new FakeClock();
        await using var bridge = TestBridge.Build(
            [new HostedApplication("app", (_, _, _) => Task.CompletedTask)], clock, ("Bridge:Limits:BusyThreadTime", "00:00:10"));
        await bridge.StartAsync();
        await using var context = ThreadSensitiveContext.Enter();
        using var goOn = new ManualResetEventSlim();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = SyncToAsync.Run(KeepTheThread).AsTask();
        await begun.Task.WithDeadline();
        var second = SyncToAsync.Run(() => { }).AsTask();
        clock.Advance(TimeSpan.FromSeconds(10));

        var warning = Assert.Single(
            bridge.Log.Entries, entry => entry.Id.Id == 1030 && entry.Message.Contains(nameof(KeepTheThread), StringComparison.Ordinal));
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.EndsWith(" for 10 s while 1 wait for it. (Bridge:Limits:BusyThreadTime)", warning.Message, StringComparison.Ordinal);
        Assert.InRange(bridge.Metrics.CountOf(Limit.BusyThreadTime), 1, long.MaxValue);
        goOn.Set();
        await first.WithDeadline();
        await second.WithDeadline();

        void KeepTheThread()
        {
            begun.SetResult();
            Assert.True(goOn.Wait(Deadline.Default));
        }
    }

    [Fact]
    public async Task What_a_listener_throws_is_logged_until_the_bridge_stops()
    {
        var error = new InvalidOperationException("a hook of the diagnostics test");
        var options = SyncToAsyncOptions.Pooled with { AfterCall = _ => throw error };
        await using var bridge = await TestBridge.StartAsync("app", (_, _, _) => Task.CompletedTask);

        await Assert.ThrowsAsync<FormatException>(() => SyncToAsync.Run(() => throw new FormatException(), options).AsTask());
        Assert.Equal(1, Count());
        await bridge.StopAsync();
        await Assert.ThrowsAsync<FormatException>(() => SyncToAsync.Run(() => throw new FormatException(), options).AsTask());
        Assert.Equal(1, Count());

        int Count() => bridge.Log.Errors.Count(message => message.Contains(error.Message, StringComparison.Ordinal));
    }
}
