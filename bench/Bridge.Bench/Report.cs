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
            var ratios = run.Ratios(of: 0, to: 1);
            output.WriteLine(
                $"| {run.Scenario.Name} | {run.Rate(0):N0} | {run.Scenario.Legs[1].Name} | {run.Rate(1):N0} | "
                + $"{PairedRun.Median(ratios):F2} | {ratios[0]:F2} to {ratios[^1]:F2} |");
        }
    }
}
