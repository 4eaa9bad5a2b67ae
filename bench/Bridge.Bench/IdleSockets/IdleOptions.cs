using System.Globalization;

namespace Bridge.Bench.IdleSockets;

/// <summary>What the command line asks for.</summary>
/// <param name="Sockets">Open at once; each of the servers and this program needs a file for each.</param>
/// <param name="Idle">Seconds in which nothing is said, before memory is read. More than 20 s and all servers ping once.</param>
/// <param name="Broadcasts">How many are timed.</param>
internal sealed record IdleOptions(int Sockets, int Idle, int Broadcasts)
{
    public const string Usage = "dotnet run -c Release --project bench/Bridge.Bench -- idle-sockets [--sockets 10000] [--idle 25] [--broadcasts 5]";

    /// <summary>Files that a process has open beside its sockets, generously.</summary>
    private const int OtherFiles = 500;

    public static IdleOptions? Parse(ReadOnlySpan<string> args)
    {
        var options = new IdleOptions(Sockets: 10_000, Idle: 25, Broadcasts: 5);
        for (; args.Length > 0; args = args[2..])
        {
            if (args.Length == 1 || !int.TryParse(args[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
            {
                return null;
            }

            switch (args[0])
            {
                case "--sockets":
                    options = options with { Sockets = number };
                    break;
                case "--idle":
                    options = options with { Idle = number };
                    break;
                case "--broadcasts":
                    options = options with { Broadcasts = number };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }

    /// <summary>Says what is wrong if the system lets a process open too few files (.NET raises its own limit up to the hard one); null if all is well.</summary>
    public string? FilesMissing()
    {
        const string limits = "/proc/self/limits";
        var line = File.Exists(limits) ? File.ReadLines(limits).FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal)) : null;
        var hard = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
        return int.TryParse(hard, NumberStyles.None, CultureInfo.InvariantCulture, out var files) && files < Sockets + OtherFiles
            ? $"{Sockets} sockets need {Sockets + OtherFiles} open files; the hard limit (ulimit -Hn) is {files}."
            : null;
    }
}
