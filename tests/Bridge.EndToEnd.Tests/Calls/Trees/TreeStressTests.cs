using Xunit.Abstractions;

namespace Bridge.EndToEnd.Tests.Calls.Trees;

/// <summary>
/// Random trees of calls between this process, two workers and functions of the bridge, one of the workers killed on the way:
/// 5 s of it, 60 s with BRIDGE_STRESS=1. BRIDGE_STRESS_SEED repeats the plans of a run; how they meet is the machine's.
/// </summary>
[Collection(CallProcesses.Name)]
public class TreeStressTests(ITestOutputHelper output)
{
    private const int Width = 200;

    [Fact]
    public async Task Trees_of_calls_lose_and_cross_nothing_and_leave_nothing_behind()
    {
        var seed = StressSettings.ChooseSeed();
        output.WriteLine(StressSettings.Text(seed));
        var duration = StressSettings.Duration;
        ThreadPool.GetMinThreads(out var workers, out var ports);
        // Plans block threads of the pool, which gets new ones slowly beyond its minimum.
        ThreadPool.SetMinThreads(Math.Max(workers, 2 * Width), ports);
        try
        {
            await using var field = await CallField.StartAsync(
                2, "--Bridge:Sessions:KeepAliveInterval=1:00:00", "--Bridge:Workers:QueueTime=0:01:00", "--Bridge:Callables:ThreadContexts=10000");
            var lanes = new TreeLanes(seed, Width);
            var killed = Array.Empty<(int Tree, string What)>();
            field.TreeMismatch = lanes.Mismatch;
            lanes.Others = () => killed.Concat(field.Workers.Keys.Append(CallField.Bridge).SelectMany(field.TreeMismatchesOf));
            await lanes.RunAsync(field.Trees, duration, LoseAsync());
            output.WriteLine($"{lanes.Trees} trees, {lanes.Lost} of them lost");

            lanes.Judge();
            await field.AssertQuietAsync();

            // What was left behind may have seen something since.
            lanes.Judge();
            Assert.NotEqual(0, lanes.Lost);

            async Task LoseAsync()
            {
                await Task.Delay(duration / 2);

                // Something must be lost with it, also where the machine has other things to do.
                await field.UntilAtLeastAsync("w2", "taken", Width / 20);
                lanes.CountLoss();
                killed = [.. field.TreeMismatchesOf("w2")];
                await field.KillAsync("w2");
                await field.AddWorkerAsync("w2");
                lanes.CountLoss();
            }
        }
        finally
        {
            ThreadPool.SetMinThreads(workers, ports);
        }
    }
}
