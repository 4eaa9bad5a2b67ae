using System.Runtime.InteropServices;
using Bridge.Client.Workers;
using DotnetWorker;
using Microsoft.Extensions.Logging;

// dotnet-worker [ADDRESS] [NAME], with the bridge's token in BRIDGE_TOKEN
using var loggers = LoggerFactory.Create(logging => logging.AddSimpleConsole(console => console.SingleLine = true));
var options = new BridgeWorkerOptions { LoggerFactory = loggers, Token = Environment.GetEnvironmentVariable("BRIDGE_TOKEN") };
options.Address = args.ElementAtOrDefault(0) ?? options.Address;
options.Name = args.ElementAtOrDefault(1) ?? options.Name;
options.Applications.Add("guestbook", GuestbookApplication.RunAsync);

// The first Ctrl+C or SIGTERM drains; a second one ends the process as if there were no handler.
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

try
{
    await using var worker = new BridgeWorker(options);
    worker.StateChanged += (_, change) => Console.WriteLine($"{options.Name}: {change.State}");
    var ending = await worker.RunAsync(stop.Token);
    Console.WriteLine($"{options.Name}: {ending.Kind}. {ending.Reason}");
    return 0;
}
catch (Exception error) when (error is WorkerException or ArgumentException)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
