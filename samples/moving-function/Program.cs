using System.Runtime.InteropServices;
using Asgiref.Core.Callables;
using Bridge.Client.Callables;
using Bridge.Client.Workers;
using Microsoft.Extensions.Configuration;
using MovingFunction;

// Each setting: appsettings.json, the environment (MOVING_Place=elsewhere), the command line (--Place=elsewhere); the last one holds.
try
{
    var settings = new ConfigurationBuilder()
        .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"))
        .AddEnvironmentVariables("MOVING_")
        .AddCommandLine(args)
        .Build()
        .Get<Settings>()!;
    await (settings.Role == Role.Serve ? ServeAsync(settings) : CallAsync(settings));
    return 0;
}
catch (Exception error) when (error is CallException or WorkerException or ArgumentException or InvalidOperationException or FormatException)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}

static async Task CallAsync(Settings settings)
{
    var isHere = settings.Place == Place.Here;
    var functions = isHere ? WordCounter.Register() : new CallableRegistry();
    await using var caller = isHere
        ? null
        : new BridgeCaller(new BridgeCallerOptions { Address = settings.Bridge, Token = settings.Token, Callables = functions });
    caller?.Start();

    // The rest of the program does not know which of them it was.
    var count = functions.SyncToAsync<string, Counted>(WordCounter.Name);
    var counted = await count.InvokeAsync(settings.Text);
    Console.WriteLine($"{counted.Words} words, the longest is \"{counted.Longest}\"");
    Console.WriteLine($"counted in process {counted.Process}, called from process {Environment.ProcessId}");
}

static async Task ServeAsync(Settings settings)
{
    using var stop = new CancellationTokenSource();
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    await using var worker = new BridgeWorker(new BridgeWorkerOptions
    {
        Address = settings.Bridge,
        Token = settings.Token,
        Name = "word-counter",
        Callables = WordCounter.Register(),
    });
    worker.StateChanged += (_, change) => Console.WriteLine($"word-counter: {change.State}");
    await worker.RunAsync(stop.Token);

    void Stop(PosixSignalContext signal)
    {
        signal.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    }
}
