using System.Diagnostics;
using System.Text;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Running;

/// <summary>
/// The built server as a process of its own, on free ports. Stopped by SIGTERM, as a service manager does; a stop
/// that is not clean fails the tests that used it and shows what the server said.
/// </summary>
public sealed class BridgeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly TaskCompletionSource<Banner> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _openStreams = 2;
    private bool _killed;

    private BridgeProcess(IEnumerable<string> settings, string server)
    {
        var start = new ProcessStartInfo(BuiltOutput.DotnetHost, [server, .. settings])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = RunFolder.Of("server"),
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException("The server did not start.");
        _process.StandardInput.Close();
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What the server printed when it was ready.</summary>
    internal Banner Banner => _ready.Task.IsCompletedSuccessfully ? _ready.Task.Result : throw new InvalidOperationException("It is not ready.");

    /// <summary>The gRPC address as stubs take it.</summary>
    public string GrpcAddress => Banner.AddressOf("Grpc").Authority;

    /// <summary>The number of the process.</summary>
    public int Id => _process.Id;

    /// <summary>The most memory that the process has had, in bytes.</summary>
    public long PeakMemory => ProcessMemory.PeakOf(_process.Id);

    /// <summary>Everything that the server has printed, on both streams.</summary>
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

    /// <summary>Starts a server and waits until its banner says that it serves.</summary>
    /// <param name="settings">Its arguments.</param>
    /// <param name="server">Its assembly; by default that of the build.</param>
    public static async Task<BridgeProcess> StartAsync(IEnumerable<string> settings, string? server = null)
    {
        var bridge = new BridgeProcess(settings, server ?? BuiltOutput.Server);
        try
        {
            await bridge._ready.Task.WithDeadline();
        }
        catch (Exception error)
        {
            bridge._process.Kill();
            throw new InvalidOperationException($"The server is not ready: {error.Message}\n{bridge.Said}", error);
        }

        return bridge;
    }

    /// <summary>The address of a path on the HTTP front.</summary>
    public Uri Http(string path) => new(Banner.AddressOf("Http"), path);

    /// <summary>The address of a path on the management endpoint.</summary>
    public Uri Management(string path) => new(Banner.AddressOf("Management"), path);

    /// <summary>Asks the server to stop and waits for it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        if (!_process.HasExited)
        {
            await ExternalCommand.RunAsync("kill", ["-TERM", $"{_process.Id}"]);
        }

        try
        {
            await _process.WaitForExitAsync().WithDeadline();
            await _quiet.Task.WithDeadline();
        }
        catch (TimeoutException error)
        {
            _process.Kill();
            throw new TimeoutException($"The server did not stop.\n{Said}", error);
        }

        return _process.ExitCode;
    }

    /// <summary>Ends the server as a crash would, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _killed = true;
        _process.Kill();
        await _process.WaitForExitAsync().WithDeadline();
    }

    public async ValueTask DisposeAsync()
    {
        if (_killed)
        {
            _process.Dispose();
            return;
        }

        var exitCode = await StopAsync();
        _process.Dispose();
        Assert.True(exitCode == 0, $"The server ended with {exitCode}.\n{Said}");
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            if (Interlocked.Decrement(ref _openStreams) == 0)
            {
                _quiet.TrySetResult();
                _ready.TrySetException(new InvalidOperationException("It ended."));
            }

            return;
        }

        lock (_said)
        {
            _said.AppendLine(line);
        }

        if (!_ready.Task.IsCompleted && Banner.TryRead(Said) is { } banner)
        {
            _ready.TrySetResult(banner);
        }
    }
}
