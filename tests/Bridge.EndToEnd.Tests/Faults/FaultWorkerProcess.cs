using System.Diagnostics;
using System.Globalization;
using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Faults;

/// <summary>A fault worker as a process of its own, which a test commands, stops and kills.</summary>
internal sealed class FaultWorkerProcess(string program, string address, string name, IEnumerable<string> settings) : ChildProcess(
    new ProcessStartInfo(BuiltOutput.DotnetHost, [program, $"--Address={address}", $"--Name={name}", .. settings])
    {
        WorkingDirectory = RunFolder.Of("fault-worker"),
    })
{
    public string Name => name;

    public bool HasSaid(string line) => Lines.Contains(line);

    /// <summary>How many lines begin so.</summary>
    public int CountOf(string beginning) => Lines.Count(line => line.StartsWith(beginning, StringComparison.Ordinal));

    /// <summary>Waits until the worker has printed lines that begin so, so often.</summary>
    public async Task UntilSaidAsync(string beginning, int times = 1)
    {
        try
        {
            await LinesAsync(line => line.StartsWith(beginning, StringComparison.Ordinal), times).WithDeadline();
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException($"Worker {Name} has not said \"{beginning}\" {times} times.\n{Said}", error);
        }
    }

    public Task UntilReadyAsync(int times = 1) => UntilSaidAsync("state Ready", times);

    /// <summary>Lets a conversation go on that waits.</summary>
    public void Release(string id)
    {
        Input.WriteLine($"release {id}");
        Input.Flush();
    }

    /// <summary>The figures of the worker's meter.</summary>
    public async Task<IReadOnlyDictionary<string, long>> FiguresAsync()
    {
        var times = CountOf("figures ") + 1;
        await Input.WriteLineAsync("figures");
        await Input.FlushAsync();
        await UntilSaidAsync("figures ", times);
        return Lines.Last(line => line.StartsWith("figures ", StringComparison.Ordinal)).Split(' ').Skip(1).Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => long.Parse(pair[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }
}
