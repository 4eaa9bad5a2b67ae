using System.Diagnostics;
using System.Globalization;

namespace Bridge.Bench;

/// <summary>The rates of all legs of a scenario, pair by pair (where there are more than two legs, round by round).</summary>
public sealed class PairedRun
{
    private readonly List<double[]> _rounds = [];

    private PairedRun(Scenario scenario) => Scenario = scenario;

    public Scenario Scenario { get; }

    /// <summary>
    /// Runs each leg once uncounted, then the pairs in turn, the order swapped every time, so that drift of the machine
    /// hits all legs.
    /// </summary>
    public static async Task<PairedRun> MeasureAsync(Scenario scenario, int pairs, TimeSpan time)
    {
        var run = new PairedRun(scenario);
        foreach (var leg in scenario.Legs)
        {
            await leg.Rate(time);
        }

        for (var i = 0; i < pairs; i++)
        {
            var rates = new double[scenario.Legs.Count];
            for (var j = 0; j < rates.Length; j++)
            {
                var leg = i % 2 == 0 ? j : rates.Length - 1 - j;
                rates[leg] = await scenario.Legs[leg].Rate(time);
            }

            run._rounds.Add(rates);
            var parts = scenario.Legs.Zip(rates, static (leg, rate) => $"{leg.Name} {Number(rate)}");
            await Console.Error.WriteLineAsync($"{scenario.Name} pair {i + 1}: {string.Join(", ", parts)} {scenario.Unit}, ratio {rates[0] / rates[1]:F2}");
        }

        return run;
    }

    /// <summary>The median of a leg's rates, in the scenario's unit.</summary>
    public double Rate(int leg) => Median(_rounds.Select(rates => rates[leg]));

    /// <summary>The rate of one leg divided by that of another, in each pair; sorted.</summary>
    public double[] Ratios(int of, int to) => [.. _rounds.Select(rates => rates[of] / rates[to]).Order()];

    /// <summary>Whole from a thousand on; below, with three significant digits.</summary>
    public static string Number(double value) => value.ToString(value >= 1000 ? "N0" : "G3", CultureInfo.InvariantCulture);

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        Debug.Assert(sorted.Length > 0, "A run has at least one pair.");
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
