namespace Bridge.Bench.IdleSockets;

/// <summary>What was seen of one server.</summary>
/// <param name="Server">Its name in the table.</param>
/// <param name="Sockets">How many were open.</param>
/// <param name="Opening">How long it took to open them all.</param>
/// <param name="Processes">Resident bytes of its processes: after a warm-up without sockets, with all of them idle, and after the broadcasts.</param>
/// <param name="Broadcasts">The time of each broadcast, from the request to the last answer.</param>
internal sealed record IdleFigures(
    string Server, int Sockets, TimeSpan Opening, IReadOnlyList<(string Name, long Before, long Idle, long After)> Processes, IReadOnlyList<TimeSpan> Broadcasts)
{
    public static void Print(IEnumerable<IdleFigures> servers, TextWriter output)
    {
        output.WriteLine("| process | resident before, MB | with all sockets, MB | KB a socket | after the broadcasts, KB a socket | all opened in, s | all answered a broadcast in, ms (lowest to highest) |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var server in servers)
        {
            var milliseconds = server.Broadcasts.Select(time => time.TotalMilliseconds).Order().ToArray();
            var times = $"{server.Opening.TotalSeconds:F1} | {PairedRun.Median(milliseconds):N0} ({milliseconds[0]:N0} to {milliseconds[^1]:N0})";
            foreach (var (name, before, idle, after) in server.Processes)
            {
                output.WriteLine(
                    $"| {server.Server}: {name} | {before / 1e6:N0} | {idle / 1e6:N0} | {(idle - before) / 1e3 / server.Sockets:N1} | "
                    + $"{(after - before) / 1e3 / server.Sockets:N1} | {times} |");
                times = "|";
            }
        }
    }
}
