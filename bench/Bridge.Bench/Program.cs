// Compares the bridge with bare Kestrel and a bare Grpc.AspNetCore duplex echo, in one run: interleaved pairs, medians.
using Bridge.Bench;
using Bridge.Bench.IdleSockets;
using Bridge.Client.Callables;

if (args is ["idle-sockets", ..])
{
    if (IdleOptions.Parse(args.AsSpan(1)) is { } idle)
    {
        return await IdleRun.RunAsync(idle);
    }

    Console.WriteLine(IdleOptions.Usage);
    return 2;
}

var options = BenchOptions.Parse(args);
if (options is null)
{
    Console.WriteLine(BenchOptions.Usage);
    Console.WriteLine(IdleOptions.Usage);
    return 2;
}

await using var bare = ServerProcess.StartBare();
await using var bridge = ServerProcess.StartBridge();
await bare.WaitUntilListeningAsync();
await bridge.WaitUntilListeningAsync();
await using var worker = ServerProcess.StartWorker(bridge, options.Sessions);
await bridge.WaitUntilServedAsync("/worker-hello");
await using var caller = await BridgeCaller.ConnectAsync(new BridgeCallerOptions { Address = bridge.GrpcAddress.ToString(), Sessions = options.Sessions });

var report = new Report(options);
foreach (var scenario in Scenarios.All(options, bare, bridge, caller))
{
    if (options.Selects(scenario.Name))
    {
        report.Add(await PairedRun.MeasureAsync(scenario, options.Pairs, TimeSpan.FromSeconds(options.Seconds)));
    }
}

report.Print(Console.Out);
return 0;
