using System.Globalization;
using Bridge.Protocol.Bench;

// Usage: [calls] [seconds of a measurement] [pairs]
var calls = args is ["calls", ..];
args = calls ? args[1..] : args;
var length = TimeSpan.FromSeconds(args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 2);
var pairs = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5;

if (calls)
{
    foreach (var concurrency in new[] { 1, 64 })
    {
        await ReportAsync(
            $"over gRPC: calls, {concurrency} at a time",
            ("call", () => CallRates.SessionAsync(GrpcLink.OpenAsync, concurrency, length)),
            ("pooled call", () => CallRates.PooledAsync(GrpcLink.OpenAsync, concurrency, length)),
            ("unary rpc", () => CallRates.UnaryAsync(concurrency, length)));
    }

    return;
}

foreach (var (transport, open) in new (string, Func<Task<ILink>>)[] { ("in memory", ILink.InMemoryAsync), ("over gRPC", GrpcLink.OpenAsync) })
{
    foreach (var concurrency in new[] { 1, 64 })
    {
        await CompareAsync(transport, open, concurrency);
    }

    foreach (var concurrency in new[] { 1, 8 })
    {
        await BulkBytes.Measure(open, concurrency, length);
        Console.WriteLine($"{transport}: bodies, {concurrency} at a time: {await BulkBytes.Measure(open, concurrency, length) / 1e6:0} MB/s");
    }
}

Task CompareAsync(string transport, Func<Task<ILink>> open, int concurrency) => ReportAsync(
    $"{transport}: small exchanges, {concurrency} at a time",
    ("engine", () => SmallExchanges.Measure(open, concurrency, length)),
    ("multiplexer", () => BareMultiplexer.Measure(open, concurrency, length)),
    ("two loops", () => BareExchanges.Measure(open, concurrency, length)));

async Task ReportAsync(string title, params (string Name, Func<Task<Measurement>> Measure)[] legs)
{
    var rounds = new List<Measurement[]>();
    for (var round = -1; round < pairs; round++)
    {
        // In swapped order every time, so that what else the machine does hits all.
        var measured = new Measurement[legs.Length];
        for (var i = 0; i < legs.Length; i++)
        {
            var leg = round % 2 == 0 ? i : legs.Length - 1 - i;
            measured[leg] = await legs[leg].Measure();
        }

        // The first round warms up.
        if (round >= 0)
        {
            rounds.Add(measured);
        }
    }

    Console.WriteLine(title);
    for (var leg = 0; leg < legs.Length; leg++)
    {
        var ratios = rounds.Select(round => round[0].PerSecond / round[leg].PerSecond).Order().ToArray();
        var median = rounds.OrderBy(round => round[leg].PerSecond).ElementAt(rounds.Count / 2)[leg];
        Console.WriteLine($"  {legs[leg].Name,-12}{median}  {legs[0].Name} at {ratios[ratios.Length / 2]:0.00} of it, {ratios[0]:0.00} to {ratios[^1]:0.00}");
    }
}
