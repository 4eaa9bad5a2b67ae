// The benchmarks' applications in a process of their own. Arguments: the bridge's address and the number of sessions.
using System.Globalization;
using System.Runtime.InteropServices;
using Bridge.Bench.BenchApplications;
using Bridge.Client.Workers;

// More than the ten thousand that the idle sockets are: what asks them is an instance too.
const int MaxInstances = 100_000;

var options = new BridgeWorkerOptions { Address = args[0], Name = "bench", Sessions = int.Parse(args[1], CultureInfo.InvariantCulture), MaxInstancesPerSession = MaxInstances };
options.Applications.Add("worker-hello", Applications.Hello);
options.Applications.Add("worker-echo", Applications.Echo);
options.Applications.Add("worker-download", Applications.Download);
options.Applications.Add("worker-flood", Applications.Flood);
options.Applications.Add("worker-broadcast", new BroadcastApplication().RunAsync, new WorkerApplicationOptions { MaxInstances = MaxInstances });
options.Callables = Callables.EchoAs("worker-echo");

using var stopping = new CancellationTokenSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    stopping.Cancel();
});
await using var worker = new BridgeWorker(options);
await worker.RunAsync(stopping.Token);
