using Asgiref.Core.Sync;

namespace Asgiref.Core.Tests.Sync;

public class LoopTaskSchedulerTests
{
    [Fact]
    public async Task Its_tasks_run_on_the_loops_thread_whoever_starts_them()
    {
        await using var loop = EventLoop.Start();
        Assert.Same(loop.Scheduler, loop.Scheduler);
        Assert.Equal(1, loop.Scheduler.MaximumConcurrencyLevel);

        var started = Task.Factory.StartNew(Look, CancellationToken.None, TaskCreationOptions.None, loop.Scheduler);
        Assert.Same(loop, await started.WithDeadline());

        // What asks to run on the caller's own thread does not get it.
        var seen = await OnThread.Run(() =>
        {
            var task = new Task<EventLoop?>(Look);
            task.RunSynchronously(loop.Scheduler);
            return task;
        });
        Assert.Same(loop, await seen.WithDeadline());

        static EventLoop? Look() => EventLoop.Current;
    }

    [Fact]
    public async Task On_the_loops_thread_a_task_can_run_at_once()
    {
        await using var loop = EventLoop.Start();
        await loop.RunAsync(() =>
        {
            var ran = false;
            new Task(() => ran = true).RunSynchronously(loop.Scheduler);
            Assert.True(ran);
            return Task.CompletedTask;
        }).WithDeadline();
    }

    [Fact]
    public async Task A_task_that_waits_for_its_turn_keeps_it()
    {
        await using var loop = EventLoop.Start();
        var order = new List<int>();
        await loop.RunAsync(async () =>
        {
            var first = Start(1);
            var second = Start(2);
            // Awaiting the second one does not let it overtake.
            await second;
            Assert.True(first.IsCompleted);
        }).WithDeadline();
        Assert.Equal([1, 2], order);

        Task Start(int number) => Task.Factory.StartNew(
            () => order.Add(number), CancellationToken.None, TaskCreationOptions.None, loop.Scheduler);
    }
}
