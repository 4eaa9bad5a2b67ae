using System.Diagnostics;
using System.Text;
using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Feeds;

/// <summary>The Python sample that feeds the application "chat" from an IRC server, as a process. Killed when disposed.</summary>
internal sealed class IrcConnectorProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private IrcConnectorProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start) ?? throw new InvalidOperationException("The connector did not start.");
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

    /// <summary>Starts it as its README says.</summary>
    public static IrcConnectorProcess Start(BridgeProcess bridge, NgircdServer irc, string nick, string journal, params string[] channels)
    {
        var start = new ProcessStartInfo(
            Repository.PathOf("samples", "python", "run.sh"), [bridge.GrpcAddress, "127.0.0.1", $"{irc.Port}", nick, journal, .. channels])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["STUBS"] = RunFolder.Of("python-stubs");
        start.Environment["SCRIPT"] = Repository.PathOf("samples", "python", "irc.py");
        return new IrcConnectorProcess(start);
    }

    /// <summary>Dies at once.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WithDeadline();
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
