using System.Diagnostics;

namespace Bridge.Bench;

/// <summary>Runs one loop for each stream in flight until the time is up and counts what they did.</summary>
internal static class StreamLoad
{
    // Operations a second. A loop asks before each operation whether time is left and returns how many it finished.
    public static async Task<double> MeasureAsync(int streams, TimeSpan time, Func<Func<bool>, Task<long>> loop)
    {
        var watch = Stopwatch.StartNew();
        bool HasTime() => watch.Elapsed < time;
        var counts = await Task.WhenAll(Enumerable.Range(0, streams).Select(_ => Task.Run(() => loop(HasTime))));
        return counts.Sum() / watch.Elapsed.TotalSeconds;
    }
}
