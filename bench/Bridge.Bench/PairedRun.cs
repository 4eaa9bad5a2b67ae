namespace Bridge.Bench;

/// <summary>The rates of both halves, pair by pair.</summary>
internal sealed record PairedRun(Scenario Scenario, IReadOnlyList<(double Bridge, double Bare)> Pairs)
{
    /// <summary>Runs the pairs in turn, the order swapped every time, so that drift of the machine hits both halves.</summary>
    public static async Task<PairedRun> MeasureAsync(Scenario scenario, BenchOptions options)
    {
        var time = TimeSpan.FromSeconds(options.Seconds);
        await scenario.Bare(time);
        await scenario.Bridge(time);
        var pairs = new List<(double Bridge, double Bare)>();
        for (var i = 0; i < options.Pairs; i++)
        {
            double bridge;
            double bare;
            if (i % 2 == 0)
            {
                bridge = await scenario.Bridge(time);
                bare = await scenario.Bare(time);
            }
            else
            {
                bare = await scenario.Bare(time);
                bridge = await scenario.Bridge(time);
            }

            pairs.Add((bridge, bare));
            await Console.Error.WriteLineAsync($"{scenario.Name} pair {i + 1}: bridge {bridge:N0}/s, bare {bare:N0}/s, ratio {bridge / bare:F2}");
        }

        return new PairedRun(scenario, pairs);
    }
}
