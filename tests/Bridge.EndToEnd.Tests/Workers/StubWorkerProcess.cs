using System.Diagnostics;
using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Workers;

/// <summary>A sample that serves an application with generated stubs alone, as a process. Killed when disposed.</summary>
internal sealed class StubWorkerProcess : ChildProcess
{
    private StubWorkerProcess(ProcessStartInfo start)
        : base(start) => Input.Close();

    /// <summary>Starts a sample as its README says, and waits until the bridge has all of its calls.</summary>
    public static async Task<StubWorkerProcess> StartAsync(BridgeProcess bridge, WorkerSample sample, string application, int calls)
    {
        var start = new ProcessStartInfo(Repository.PathOf("samples", sample.Language, "run.sh"), [bridge.GrpcAddress, application, $"{calls}"]);
        start.Environment["STUBS"] = RunFolder.Of(sample.Language + "-stubs");
        start.Environment["SCRIPT"] = Repository.PathOf("samples", sample.Language, sample.Script);
        if (sample.Language == "node")
        {
            start.Environment["NODE_PATH"] = NodePeer.Packages!;
        }

        var worker = new StubWorkerProcess(start);
        try
        {
            await ServerMetrics.WaitForAsync(bridge, sample.ReadyOf(application), calls);
            return worker;
        }
        catch (Exception error)
        {
            var said = worker.Said;
            await worker.DisposeAsync();
            throw new InvalidOperationException($"The worker is not ready: {error.Message}\n{said}", error);
        }
    }
}
