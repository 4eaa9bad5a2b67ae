using System.Diagnostics;
using Bridge.Bench;

namespace Asgiref.Core.Bench;

/// <summary>Runs calls for a time; tells their rate, and the bytes that all threads allocated meanwhile.</summary>
/// <param name="calls">Makes as many calls as it is told, one after the other.</param>
internal sealed class CallMeter(Func<int, Task> calls)
{
    private const int CallsAtATime = 500;
    private readonly List<double> _bytesPerCall = [];

    /// <summary>The median over the runs.</summary>
    public double BytesPerCall => PairedRun.Median(_bytesPerCall);

    public async Task<double> RateAsync(TimeSpan time)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var watch = Stopwatch.StartNew();
        long count = 0;
        // On the pool, as asynchronous code of a server is.
        await Task.Run(async () =>
        {
            for (; watch.Elapsed < time; count += CallsAtATime)
            {
                await calls(CallsAtATime);
            }
        });
        var elapsed = watch.Elapsed;
        _bytesPerCall.Add((GC.GetTotalAllocatedBytes(precise: true) - before) / (double)count);
        return count / elapsed.TotalSeconds;
    }
}
