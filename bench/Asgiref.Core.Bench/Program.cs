// Measures the calls of Asgiref.Core: in pairs with their bare peers and asgiref, or piece by piece with BenchmarkDotNet.
using Asgiref.Core.Bench;
using BenchmarkDotNet.Running;
using Bridge.Bench;

if (args is ["pieces", .. var rest])
{
    BenchmarkSwitcher.FromAssembly(typeof(PairOptions).Assembly).Run(rest);
    return 0;
}

var options = args is ["pairs", ..] ? PairOptions.Parse(args.AsSpan(1)) : null;
if (options is null)
{
    Console.WriteLine(PairOptions.Usage);
    return 2;
}

await using var asgiref = options.Python is { } python ? await AsgirefProcess.StartAsync(python) : null;
var report = new CallReport(options, asgiref?.Version);
foreach (var metered in CallScenarios.All(asgiref).Where(metered => options.Selects(metered.Scenario.Name)))
{
    report.Add(metered, await PairedRun.MeasureAsync(metered.Scenario, options.Pairs, TimeSpan.FromMilliseconds(options.Milliseconds)));
}

report.Print(Console.Out);
return 0;
