using System.Collections.Concurrent;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Threads;
using Asgiref.Core.Tests.Stress.Running;
using Xunit.Abstractions;

namespace Asgiref.Core.Tests.Stress;

/// <summary>
/// Random nesting of everything that calls between sync and async code: 5 s of it, 60 s with BRIDGE_STRESS=1.
/// BRIDGE_STRESS_SEED repeats the plans of a run; how their threads meet is the machine's.
/// </summary>
[Collection(WholeProcess.Name)]
public class StressTests(ITestOutputHelper output)
{
    private const int Width = 200;
    private const long MaxGrowth = 4 * 1024 * 1024;

    /// <summary>The stack of a resting thread may still show its last flow to the collector.</summary>
    private const int MaxAlive = 20;

    [Fact]
    public async Task Random_nesting_loses_nothing_and_ends()
    {
        var seed = StressSettings.ChooseSeed();
        output.WriteLine(StressSettings.Text(seed));
        var strays = new ConcurrentQueue<Exception>();
        void Unobserved(object? sender, UnobservedTaskExceptionEventArgs e) => strays.Enqueue(e.Exception);
        void Failed(object? sender, UnhandledExceptionEventArgs e) => strays.Enqueue((Exception)e.ExceptionObject);
        ThreadPool.GetMinThreads(out var workers, out var ports);
        var busyBefore = BusyThreads;
        TaskScheduler.UnobservedTaskException += Unobserved;
        EventLoop.CallbackFailed += Failed;
        // Plans block threads of the pool, which gets new ones slowly beyond its minimum.
        ThreadPool.SetMinThreads(Math.Max(workers, 2 * Width), ports);
        try
        {
            var runner = new StressRunner(seed, Width);
            await runner.RunAsync(TimeSpan.Zero, Deadline.Default);
            var memoryBefore = await SettledMemoryAsync(busyBefore);
            await runner.RunAsync(StressSettings.Duration, Deadline.Default);
            var growth = await SettledMemoryAsync(busyBefore) - memoryBefore;
            output.WriteLine($"{runner.Flows} flows, {growth} bytes more, {FlowRun.AliveCount} flows still in memory");

            Assert.DoesNotContain(strays, IsOurs);
            Assert.True(FlowRun.AliveCount < MaxAlive, $"{FlowRun.AliveCount} of {runner.Flows} flows are still in memory.");
            Assert.True(growth < MaxGrowth, $"{runner.Flows} flows let the heap grow by {growth} bytes.");
        }
        finally
        {
            ThreadPool.SetMinThreads(workers, ports);
            EventLoop.CallbackFailed -= Failed;
            TaskScheduler.UnobservedTaskException -= Unobserved;
        }
    }

    private static int BusyThreads => WorkerThreads.Shared.ThreadCount - WorkerThreads.Shared.IdleCount;

    /// <summary>Waits until no thread of the library has work, then collects what is no longer used.</summary>
    private static async Task<long> SettledMemoryAsync(int busyBefore)
    {
        await SyncToAsync.Run(() => { }).AsTask().WithDeadline();
        await WaitUntil.HoldsAsync(() => BusyThreads <= busyBefore);
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static bool IsOurs(Exception error) => error is not AggregateException all || all.Flatten().InnerExceptions.Any(inner => inner is StressFault);
}
