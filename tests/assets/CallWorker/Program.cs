using System.Diagnostics;
using System.Runtime.InteropServices;
using Asgiref.Core.Callables;
using Asgiref.Core.Sync.Diagnostics;
using Bridge.Client.Workers;
using CallWorker;
using CallWorker.Trees;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

// call-worker --Address=... --Name=... and whatever else BridgeWorkerOptions has; --Traces=true has it record traces. Says on
// standard output what happens, a line each, and takes commands on standard input: "release ID" and "figures".
using var loggers = LoggerFactory.Create(logging => logging
    .AddSimpleConsole(console => console.SingleLine = true)
    .SetMinimumLevel(LogLevel.Information));
var configuration = new ConfigurationBuilder().AddCommandLine(args).Build();
var registry = new CallableRegistry(Functions.Options);
var options = new BridgeWorkerOptions { LoggerFactory = loggers, Callables = registry };
configuration.Bind(options);
var signals = new Signals(Console.WriteLine);
Functions.Add(registry, options.Name, signals);
new TreeRunner(registry, options.Name, Functions.Mismatch).Add();

// Functions that block threads of the pool; it gets new ones slowly beyond its minimum.
ThreadPool.SetMinThreads(400, 400);

using var listener = new ActivityListener
{
    ShouldListenTo = static source => source.Name == SyncDiagnostics.ActivitySourceName,
    Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
};
if (configuration.GetValue<bool>("Traces"))
{
    ActivitySource.AddActivityListener(listener);
}

using var stop = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stop.Cancel();
});
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
                signals.Release(id);
                break;
            case ["figures"]:
                Console.WriteLine($"figures {string.Join(' ', ProcessFigures.Of(registry).Select(figure => $"{figure.Key}={figure.Value}"))}");
                break;
            default:
                Console.WriteLine($"unknown {command}");
                break;
        }
    }
}
