using System.Globalization;

namespace Bridge.Testing;

/// <summary>What the environment says of the stress tests, the same for all.</summary>
public static class StressSettings
{
    private const string SeedName = "BRIDGE_STRESS_SEED";

    /// <summary>Whether they run in their long form: BRIDGE_STRESS=1.</summary>
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("BRIDGE_STRESS") == "1";

    /// <summary>How long one goes on: 5 s, in its long form 60 s.</summary>
    public static TimeSpan Duration => TimeSpan.FromSeconds(IsLong ? 60 : 5);

    /// <summary>Makes the plans: that of BRIDGE_STRESS_SEED, which repeats those of an earlier run, or a new one.</summary>
    public static int ChooseSeed() =>
        int.TryParse(Environment.GetEnvironmentVariable(SeedName), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();

    /// <summary>How a run says which seed it has, so that it can be repeated.</summary>
    public static string Text(int seed) => string.Create(CultureInfo.InvariantCulture, $"{SeedName}={seed}");
}
