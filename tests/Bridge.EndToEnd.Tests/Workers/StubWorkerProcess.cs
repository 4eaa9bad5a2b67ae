using System.Diagnostics;
using System.Text;
using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Workers;

/// <summary>A sample that serves an application with generated stubs alone, as a process. Killed when disposed.</summary>
internal sealed class StubWorkerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private StubWorkerProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start) ?? throw new InvalidOperationException("The worker did not start.");
        _process.StandardInput.Close();
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Everything that it has printed, on both streams.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <summary>Starts a sample as its README says, and waits until the bridge has all of its calls.</summary>
    public static async Task<StubWorkerProcess> StartAsync(BridgeProcess bridge, WorkerSample sample, string application, int calls)
    {
        var start = new ProcessStartInfo(Repository.PathOf("samples", sample.Language, "run.sh"), [bridge.GrpcAddress, application, $"{calls}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
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

    /// <summary>Dies at once.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WithDeadline();
    }

    /// <summary>Asks it to stop, as a service manager does.</summary>
    public Task TerminateAsync() => ExternalCommand.RunAsync("kill", ["-TERM", $"{_process.Id}"]);

    /// <summary>Its exit code, when it has ended by itself.</summary>
    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync().WithDeadline();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Take(string? line)
    {
        lock (_said)
        {
            _said.AppendLine(line);
        }
    }
}
