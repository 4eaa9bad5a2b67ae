using System.Runtime.CompilerServices;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Blocking;

namespace Asgiref.Core.Tests.Sync;

/// <summary>A thread that waits for its next call keeps nothing of the last one, however long it waits (CTE-10).</summary>
public class WaitingThreadTests
{
    [Fact]
    [Covers("CTE-10")]
    public async Task That_of_a_context_does_not()
    {
        await using var context = ThreadSensitiveContext.Enter();
        await RunsAndForgets(context.Worker.Submit);
    }

    [Fact]
    [Covers("CTE-10")]
    public async Task That_of_a_blocked_caller_does_not()
    {
        var made = new TaskCompletionSource<CurrentThreadExecutor>(TaskCreationOptions.RunContinuationsAsynchronously);
        var pumping = OnThread.Run(() =>
        {
            var pump = new CurrentThreadExecutor(null);
            made.SetResult(pump);
            pump.RunUntilCompleted();
        });
        var pump = await made.Task.WithDeadline();
        await RunsAndForgets(pump.Submit);
        pump.Complete();
        await pumping;
    }

    [Fact]
    [Covers("CTE-10")]
    public async Task That_of_a_loop_does_not()
    {
        await using var loop = EventLoop.Start();
        await RunsAndForgets(work => loop.Post(static work => ((Work)work!).Execute(), work));
    }

    private static async Task RunsAndForgets(Action<IExecutorWork> submit)
    {
        var (ran, work) = Begin();
        await ran.WithDeadline();
        await WaitUntil.CollectedAsync(() => !work.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        (Task Ran, WeakReference Work) Begin()
        {
            var work = new Work();
            submit(work);
            return (work.Ran, new WeakReference(work));
        }
    }

    private sealed class Work : IExecutorWork
    {
        private readonly TaskCompletionSource _ran = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ran => _ran.Task;

        public void Execute() => _ran.SetResult();

        public void Refuse(Exception reason) => Assert.Fail("refused");
    }
}
