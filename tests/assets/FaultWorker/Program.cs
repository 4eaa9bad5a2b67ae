using System.Runtime.InteropServices;
using Bridge.Client.Workers;
using FaultWorker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

// fault-worker --Address=... --Name=... and whatever else BridgeWorkerOptions has. Says on standard output what happens, a
// line each, and takes commands on standard input: "release ID" and "figures".
using var loggers = LoggerFactory.Create(logging => logging
    .AddSimpleConsole(console => console.SingleLine = true)
    .SetMinimumLevel(LogLevel.Information));
var options = new BridgeWorkerOptions { LoggerFactory = loggers };
new ConfigurationBuilder().AddCommandLine(args).Build().Bind(options);
var gates = new Gates();
options.Applications.Add("fault", new FaultApplication(options.Name, gates, new Room()).RunAsync);

using var stop = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stop.Cancel();
});
using var figures = new Figures();
_ = Task.Run(ObeyAsync);

await using var worker = new BridgeWorker(options);
worker.StateChanged += (_, change) => Console.WriteLine($"state {change.State}");
var ending = await worker.RunAsync(stop.Token);
Console.WriteLine($"ended {ending.Kind}");

async Task ObeyAsync()
{
    while (await Console.In.ReadLineAsync() is { } command)
    {
        switch (command.Split(' '))
        {
            case ["release", var id]:
                gates.Of(id).TrySetResult();
                break;
            case ["figures"]:
                Console.WriteLine($"figures {figures.Read()}");
                break;
            default:
                Console.WriteLine($"unknown {command}");
                break;
        }
    }
}
