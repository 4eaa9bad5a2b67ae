using System.Diagnostics;
using System.Text;
using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Workers;

/// <summary>The sample worker as a process of its own.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();

    public WorkerProcess(string address, string name, string token)
    {
        var start = new ProcessStartInfo(BuiltOutput.DotnetHost, [BuiltOutput.DotnetWorker, address, name])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = RunFolder.Of("dotnet-worker"),
        };
        start.Environment["BRIDGE_TOKEN"] = token;
        _process = Process.Start(start) ?? throw new InvalidOperationException("The worker did not start.");
        _process.StandardInput.Close();
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Everything that the worker has printed, on both streams.</summary>
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

    /// <summary>Waits until the worker has printed a line so often.</summary>
    public async Task UntilSaidAsync(string line, int times = 1)
    {
        try
        {
            await WaitUntil.HoldsAsync(() => Said.Split('\n', StringSplitOptions.TrimEntries).Count(said => said == line) >= times || _process.HasExited);
            Assert.False(_process.HasExited && !Said.Contains(line, StringComparison.Ordinal), $"The worker has ended.\n{Said}");
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException($"The worker has not said \"{line}\" {times} times.\n{Said}", error);
        }
    }

    /// <summary>Asks the worker to stop, as a service manager does.</summary>
    public Task TerminateAsync() => ExternalCommand.RunAsync("kill", ["-TERM", $"{_process.Id}"]);

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WithDeadline();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync().WithDeadline();
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
