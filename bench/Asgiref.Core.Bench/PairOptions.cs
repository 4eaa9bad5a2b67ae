using System.Globalization;

namespace Asgiref.Core.Bench;

/// <summary>What the command line asks of the paired run.</summary>
/// <param name="Milliseconds">How long each leg of a pair runs.</param>
/// <param name="Pairs">How many pairs are counted, after one that is not.</param>
/// <param name="Only">Part of a scenario's name; null for all.</param>
/// <param name="Python">An interpreter that has asgiref; null to leave asgiref out.</param>
internal sealed record PairOptions(int Milliseconds, int Pairs, string? Only, string? Python)
{
    public const string Usage =
        """
        dotnet run -c Release --project bench/Asgiref.Core.Bench -- pairs [--milliseconds 300] [--pairs 15] [--only NAME] [--python /usr/bin/python3]
        dotnet run -c Release --project bench/Asgiref.Core.Bench -- pieces [arguments of BenchmarkDotNet, such as --filter *]
        """;

    public static PairOptions? Parse(ReadOnlySpan<string> args)
    {
        var options = new PairOptions(Milliseconds: 300, Pairs: 15, Only: null, Python: null);
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length)
            {
                return null;
            }

            var number = int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) && parsed > 0 ? parsed : 0;
            var next = (args[i], number) switch
            {
                ("--milliseconds", > 0) => options with { Milliseconds = number },
                ("--pairs", > 0) => options with { Pairs = number },
                ("--only", _) => options with { Only = args[i + 1] },
                ("--python", _) => options with { Python = args[i + 1] },
                _ => null,
            };
            if (next is null)
            {
                return null;
            }

            options = next;
        }

        return options;
    }

    public bool Selects(string name) => Only is null || name.Contains(Only, StringComparison.OrdinalIgnoreCase);
}
