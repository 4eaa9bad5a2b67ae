using System.Diagnostics;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Running;

/// <summary>A worker as a process of its own, whose output is kept. Killed when disposed.</summary>
internal abstract class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly List<Wait> _waits = [];
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _openStreams = 2;

    /// <summary>Starts it; its three standard streams are pipes.</summary>
    protected ChildProcess(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        _process = Process.Start(start) ?? throw new InvalidOperationException("The worker did not start.");
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Everything that it has printed on both streams, a line each.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Everything that it has printed, as one text.</summary>
    public string Said => string.Join('\n', Lines);

    /// <summary>The number of the process.</summary>
    public int Id => _process.Id;

    /// <summary>The most memory that the process has had, in bytes.</summary>
    public long PeakMemory => ProcessMemory.PeakOf(_process.Id);

    protected StreamWriter Input => _process.StandardInput;

    /// <summary>Ends when everything has been read that it will ever print.</summary>
    protected Task Quiet => _quiet.Task;

    /// <summary>Sends the process a signal: TERM, KILL, STOP, CONT.</summary>
    public async Task SignalAsync(string signal) =>
        Assert.Equal(0, (await ExternalCommand.RunAsync("kill", [$"-{signal}", $"{_process.Id}"])).ExitCode);

    /// <summary>Asks it to stop, as a service manager does.</summary>
    public Task TerminateAsync() => SignalAsync("TERM");

    /// <summary>Dies at once.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WithDeadline();
    }

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
            await KillAsync();
        }

        _process.Dispose();
    }

    /// <summary>Ends when it has printed so many lines of that kind; without a limit of its own.</summary>
    protected Task LinesAsync(Func<string, bool> isMeant, int times)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            var missing = times - _lines.Count(isMeant);
            if (missing <= 0)
            {
                return Task.CompletedTask;
            }

            _waits.Add(new Wait(isMeant, said) { Missing = missing });
        }

        return said.Task;
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            if (Interlocked.Decrement(ref _openStreams) == 0)
            {
                _quiet.TrySetResult();
            }

            return;
        }

        lock (_gate)
        {
            _lines.Add(line);
            foreach (var wait in _waits.Where(wait => wait.IsMeant(line)))
            {
                wait.Missing--;
            }

            _waits.RemoveAll(wait => wait.Missing == 0 && wait.Said.TrySetResult());
        }
    }

    private sealed class Wait(Func<string, bool> isMeant, TaskCompletionSource said)
    {
        public Func<string, bool> IsMeant => isMeant;

        public TaskCompletionSource Said => said;

        public int Missing { get; set; }
    }
}
