using System.Globalization;
using Xunit.Abstractions;

namespace Bridge.Protocol.Tests.Mapping;

/// <summary>A new seed for every run, printed; the environment variable BRIDGE_TEST_SEED repeats one.</summary>
internal static class Seed
{
    public static Random Random(ITestOutputHelper output)
    {
        var seed = Environment.GetEnvironmentVariable("BRIDGE_TEST_SEED") is { } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : System.Random.Shared.Next();
        output.WriteLine($"BRIDGE_TEST_SEED={seed}");
        return new Random(seed);
    }
}
