using System.Runtime.InteropServices;
using Bridge.Bench;

namespace Asgiref.Core.Bench;

/// <summary>The results as a Markdown table with the conditions above it.</summary>
internal sealed class CallReport(PairOptions options, string? asgirefVersion)
{
    private readonly List<(MeteredScenario Metered, PairedRun Run)> _runs = [];

    public void Add(MeteredScenario metered, PairedRun run) => _runs.Add((metered, run));

    public void Print(TextWriter output)
    {
        var versions = asgirefVersion is null ? RuntimeInformation.FrameworkDescription : $"{RuntimeInformation.FrameworkDescription}, {asgirefVersion}";
        output.WriteLine(
            $"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores, {versions}, {RuntimeInformation.OSDescription}; "
            + $"{options.Pairs} interleaved pairs of {options.Milliseconds} ms a leg after one warm-up pair; medians. "
            + "Cost is the peer's rate divided by ours, pair by pair.");
        output.WriteLine();
        output.WriteLine("| call | ours, per second | bytes a call | peer | peer, per second | bytes a call | cost | cost, lowest to highest | asgiref, per second | times asgiref |");
        output.WriteLine("| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var (metered, run) in _runs)
        {
            var legs = run.Scenario.Legs;
            var costs = run.Ratios(of: 1, to: 0);
            var asgiref = legs.Count > 2 ? $"{run.Rate(2):N0} | {PairedRun.Median(run.Ratios(of: 0, to: 2)):N0}" : "|";
            output.WriteLine(
                $"| {run.Scenario.Name} | {run.Rate(0):N0} | {metered.Ours.BytesPerCall:N0} | {legs[1].Name} | {run.Rate(1):N0} | "
                + $"{metered.Peer.BytesPerCall:N0} | {PairedRun.Median(costs):F2} | {costs[0]:F2} to {costs[^1]:F2} | {asgiref} |");
        }
    }
}
