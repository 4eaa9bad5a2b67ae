using System.Globalization;

namespace Bridge.Bench;

/// <summary>What the command line asks for.</summary>
/// <param name="Seconds">How long each half of a pair runs.</param>
/// <param name="Pairs">How many pairs are counted, after one that is not.</param>
/// <param name="Concurrency">Connections, or streams, in flight.</param>
/// <param name="Sessions">Sessions of the worker, and of the caller of functions.</param>
/// <param name="Only">Part of a scenario's name; null for all.</param>
internal sealed record BenchOptions(int Seconds, int Pairs, int Concurrency, int Sessions, string? Only)
{
    public const string Usage =
        """
        dotnet run -c Release --project bench/Bridge.Bench -- [--seconds 5] [--pairs 5] [--concurrency 64] [--sessions 1] [--only NAME]
        The HTTP scenarios need wrk on the PATH.
        """;

    public static BenchOptions? Parse(string[] args)
    {
        var options = new BenchOptions(Seconds: 5, Pairs: 5, Concurrency: 64, Sessions: 1, Only: null);
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length)
            {
                return null;
            }

            var number = int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) && parsed > 0 ? parsed : 0;
            options = (args[i], number) switch
            {
                ("--seconds", > 0) => options with { Seconds = number },
                ("--pairs", > 0) => options with { Pairs = number },
                ("--concurrency", > 0) => options with { Concurrency = number },
                ("--sessions", > 0) => options with { Sessions = number },
                ("--only", _) => options with { Only = args[i + 1] },
                _ => null,
            };
            if (options is null)
            {
                return null;
            }
        }

        return options;
    }

    public bool Selects(string name) => Only is null || name.Contains(Only, StringComparison.OrdinalIgnoreCase);
}
