using System.Diagnostics;
using System.Globalization;
using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Faults;

/// <summary>A fault worker as a process of its own, which a test commands, stops and kills.</summary>
internal sealed class FaultWorkerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly Lock _gate = new();
    private readonly List<(string Line, int Times, TaskCompletionSource Said)> _waits = [];

    public FaultWorkerProcess(string program, string address, string name, IEnumerable<string> settings)
    {
        var start = new ProcessStartInfo(BuiltOutput.DotnetHost, [program, $"--Address={address}", $"--Name={name}", .. settings])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = RunFolder.Of("fault-worker"),
        };
        Name = name;
        _process = Process.Start(start) ?? throw new InvalidOperationException("The worker did not start.");
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    /// <summary>The most memory that the process has had, in bytes.</summary>
    public long PeakMemory => ProcessMemory.PeakOf(_process.Id);

    /// <summary>Everything that the worker has printed, a line each.</summary>
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

    public bool HasSaid(string line) => Lines.Contains(line);

    /// <summary>How many lines begin so.</summary>
    public int CountOf(string beginning) => Lines.Count(line => line.StartsWith(beginning, StringComparison.Ordinal));

    /// <summary>Waits until the worker has printed lines that begin so, so often.</summary>
    public async Task UntilSaidAsync(string beginning, int times = 1)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_lines.Count(line => line.StartsWith(beginning, StringComparison.Ordinal)) >= times)
            {
                return;
            }

            _waits.Add((beginning, times, said));
        }

        try
        {
            await said.Task.WithDeadline();
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException($"Worker {Name} has not said \"{beginning}\" {times} times.\n{string.Join('\n', Lines)}", error);
        }
    }

    public Task UntilReadyAsync(int times = 1) => UntilSaidAsync("state Ready", times);

    /// <summary>Lets a conversation go on that waits.</summary>
    public void Release(string id)
    {
        _process.StandardInput.WriteLine($"release {id}");
        _process.StandardInput.Flush();
    }

    /// <summary>The figures of the worker's meter.</summary>
    public async Task<IReadOnlyDictionary<string, long>> FiguresAsync()
    {
        var times = CountOf("figures ") + 1;
        await _process.StandardInput.WriteLineAsync("figures");
        await _process.StandardInput.FlushAsync();
        await UntilSaidAsync("figures ", times);
        return Lines.Last(line => line.StartsWith("figures ", StringComparison.Ordinal)).Split(' ').Skip(1).Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => long.Parse(pair[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    /// <summary>Sends the process a signal: TERM, KILL, STOP, CONT.</summary>
    public async Task SignalAsync(string signal) =>
        Assert.Equal(0, (await ExternalCommand.RunAsync("kill", [$"-{signal}", $"{_process.Id}"])).ExitCode);

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
        if (line is null)
        {
            return;
        }

        lock (_gate)
        {
            _lines.Add(line);
            foreach (var wait in _waits.ToArray())
            {
                if (_lines.Count(said => said.StartsWith(wait.Line, StringComparison.Ordinal)) >= wait.Times)
                {
                    _waits.Remove(wait);
                    wait.Said.TrySetResult();
                }
            }
        }
    }
}
