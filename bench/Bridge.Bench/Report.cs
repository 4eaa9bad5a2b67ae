using System.Runtime.InteropServices;

namespace Bridge.Bench;

/// <summary>The results as a Markdown table with the conditions above it.</summary>
internal sealed class Report(BenchOptions options)
{
    private readonly List<PairedRun> _runs = [];

    public void Add(PairedRun run) => _runs.Add(run);

    public void Print(TextWriter output)
    {
        output.WriteLine(
            $"{Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}; load generator on the same machine; "
            + $"{options.Concurrency} in flight; {options.Pairs} interleaved pairs of {options.Seconds} s each after one warm-up pair; medians.");
        output.WriteLine();
        output.WriteLine("| scenario | bridge, per second | peer | peer, per second | ratio | ratio, lowest to highest |");
        output.WriteLine("| --- | ---: | --- | ---: | ---: | ---: |");
        foreach (var run in _runs)
        {
            var ratios = run.Pairs.Select(pair => pair.Bridge / pair.Bare).Order().ToArray();
            output.WriteLine(
                $"| {run.Scenario.Name} | {Median(run.Pairs.Select(pair => pair.Bridge)):N0} | {run.Scenario.Peer} | "
                + $"{Median(run.Pairs.Select(pair => pair.Bare)):N0} | {Median(ratios):F2} | {ratios[0]:F2} to {ratios[^1]:F2} |");
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
