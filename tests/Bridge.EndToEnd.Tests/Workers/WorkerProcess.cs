using System.Diagnostics;
using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Workers;

/// <summary>A sample that is a worker as a process of its own.</summary>
internal sealed class WorkerProcess : ChildProcess
{
    /// <summary>Starts <c>samples/dotnet-worker</c>.</summary>
    public WorkerProcess(string address, string name, string token)
        : this(BuiltOutput.DotnetWorker, [address, name], new Dictionary<string, string> { ["BRIDGE_TOKEN"] = token })
    {
    }

    /// <summary>Starts a sample.</summary>
    public WorkerProcess(string assembly, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
        : base(Start(assembly, arguments, environment)) => Input.Close();

    /// <summary>Waits until the worker has printed a line so often.</summary>
    public async Task UntilSaidAsync(string line, int times = 1)
    {
        var said = LinesAsync(printed => printed.Trim() == line, times);
        try
        {
            await Task.WhenAny(said, Quiet).WithDeadline();
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException($"The worker has not said \"{line}\" {times} times.\n{Said}", error);
        }

        Assert.True(said.IsCompleted, $"The worker has ended.\n{Said}");
    }

    private static ProcessStartInfo Start(string assembly, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(BuiltOutput.DotnetHost, [assembly, .. arguments])
        {
            WorkingDirectory = RunFolder.Of(Path.GetFileNameWithoutExtension(assembly)),
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
