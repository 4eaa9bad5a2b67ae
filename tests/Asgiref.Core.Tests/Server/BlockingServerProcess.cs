using System.Diagnostics;
using System.Reflection;

namespace Asgiref.Core.Tests.Server;

/// <summary>The program BlockingServer, running: a process of its own, so that signals hit no test. Killed when disposed.</summary>
internal sealed class BlockingServerProcess : IDisposable
{
    private readonly Process _process;

    private BlockingServerProcess(Process process) => _process = process;

    /// <summary>Starts the program and waits until its application runs.</summary>
    public static async Task<BlockingServerProcess> StartAsync(params string[] arguments)
    {
        var program = typeof(BlockingServerProcess).Assembly
            .GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(attribute => attribute.Key == "BlockingServer").Value!;
        var server = new BlockingServerProcess(Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
        Assert.Equal("running", await server.NextLineAsync());
        return server;
    }

    public Task<string?> NextLineAsync() => _process.StandardOutput.ReadLineAsync().WithDeadline();

    public Task<string?> NextErrorLineAsync() => _process.StandardError.ReadLineAsync().WithDeadline();

    /// <summary>Sends a signal by its name, such as INT.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        await kill.WaitForExitAsync().WithDeadline();
        Assert.Equal(0, kill.ExitCode);
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WithDeadline();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}
