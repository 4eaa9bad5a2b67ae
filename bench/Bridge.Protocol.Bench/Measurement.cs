using System.Diagnostics;

namespace Bridge.Protocol.Bench;

/// <summary>What a load did.</summary>
internal readonly record struct Measurement(double PerSecond, double AllocatedBytes, double BatchesPerExchange)
{
    /// <summary>Runs a load until the time is over; it gives its exchanges and the batches that they took.</summary>
    public static async Task<Measurement> Of(TimeSpan length, Func<CancellationToken, Task<(long Exchanges, long Batches)>> load)
    {
        GC.Collect();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var start = Stopwatch.GetTimestamp();
        using var end = new CancellationTokenSource(length);
        var (exchanges, batches) = await load(end.Token);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Measurement(
            exchanges / seconds,
            (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)exchanges,
            batches / (double)exchanges);
    }

    public override string ToString() =>
        $"{PerSecond,10:0} /s  {AllocatedBytes,7:0} bytes allocated each  {BatchesPerExchange:0.00} batches each";
}
