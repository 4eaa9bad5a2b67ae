using System.Runtime.InteropServices;

namespace Bridge.Bench;

/// <summary>The results as Markdown tables with the conditions above them.</summary>
internal sealed class Report(BenchOptions options)
{
    private readonly List<PairedRun> _runs = [];

    public void Add(PairedRun run) => _runs.Add(run);

    public void Print(TextWriter output)
    {
        output.WriteLine(
            $"{Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}; load generator on the same machine; "
            + $"{options.Concurrency} in flight; {options.Pairs} interleaved pairs of {options.Seconds} s each after one warm-up pair; medians.");
        PrintPairs(output, _runs.Where(InOneTable));
        foreach (var run in _runs.Where(run => !InOneTable(run)))
        {
            PrintLegs(output, run);
        }
    }

    private static bool InOneTable(PairedRun run) => run.Scenario is { Legs.Count: 2, Unit: "per second" };

    private static void PrintPairs(TextWriter output, IEnumerable<PairedRun> runs)
    {
        output.WriteLine("\n| scenario | bridge, per second | peer | peer, per second | ratio | ratio, lowest to highest |\n| --- | ---: | --- | ---: | ---: | ---: |");
        foreach (var run in runs)
        {
            var ratios = run.Ratios(of: 0, to: 1);
            output.WriteLine(
                $"| {run.Scenario.Name} | {run.Rate(0):N0} | {run.Scenario.Legs[1].Name} | {run.Rate(1):N0} | "
                + $"{PairedRun.Median(ratios):F2} | {ratios[0]:F2} to {ratios[^1]:F2} |");
        }
    }

    /// <summary>All legs of one scenario, each as a multiple of the second.</summary>
    private static void PrintLegs(TextWriter output, PairedRun run)
    {
        var (name, legs) = (run.Scenario.Name, run.Scenario.Legs);
        output.WriteLine($"\n| {name} | {run.Scenario.Unit} | of: {legs[1].Name} | lowest to highest |\n| --- | ---: | ---: | ---: |");
        for (var leg = 0; leg < legs.Count; leg++)
        {
            var ratios = run.Ratios(of: leg, to: 1);
            output.WriteLine(
                $"| {legs[leg].Name} | {PairedRun.Number(run.Rate(leg))} | {PairedRun.Median(ratios):F2} | {ratios[0]:F2} to {ratios[^1]:F2} |");
        }
    }
}
