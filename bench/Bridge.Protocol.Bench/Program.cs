using System.Globalization;
using Bridge.Protocol.Bench;

// Usage: [seconds of a measurement] [pairs]
var length = TimeSpan.FromSeconds(args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 2);
var pairs = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5;

foreach (var concurrency in new[] { 1, 64 })
{
    var ratios = new List<double>();
    Measurement engine = default;
    Measurement bare = default;
    for (var pair = -1; pair < pairs; pair++)
    {
        // In swapped order every time, so that what else the machine does hits both.
        if (pair % 2 == 0)
        {
            engine = await SmallExchanges.Measure(concurrency, length);
            bare = await BareExchanges.Measure(concurrency, length);
        }
        else
        {
            bare = await BareExchanges.Measure(concurrency, length);
            engine = await SmallExchanges.Measure(concurrency, length);
        }

        // The first pair warms up.
        if (pair >= 0)
        {
            ratios.Add(engine.PerSecond / bare.PerSecond);
        }
    }

    Console.WriteLine($"small exchanges, {concurrency} at a time");
    Console.WriteLine($"  engine  {engine}");
    Console.WriteLine($"  bare    {bare}");
    Console.WriteLine($"  ratio   median {ratios.Order().ElementAt(pairs / 2):0.00}, {ratios.Min():0.00} to {ratios.Max():0.00}");
}

foreach (var concurrency in new[] { 1, 8 })
{
    await BulkBytes.Measure(concurrency, length);
    Console.WriteLine($"bodies, {concurrency} at a time: {await BulkBytes.Measure(concurrency, length) / 1e6:0} MB/s");
}
