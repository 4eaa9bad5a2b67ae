using System.Diagnostics;
using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Workers;

/// <summary>The sample worker as a process of its own.</summary>
internal sealed class WorkerProcess : ChildProcess
{
    public WorkerProcess(string address, string name, string token)
        : base(new ProcessStartInfo(BuiltOutput.DotnetHost, [BuiltOutput.DotnetWorker, address, name])
        {
            WorkingDirectory = RunFolder.Of("dotnet-worker"),
            Environment = { ["BRIDGE_TOKEN"] = token },
        }) => Input.Close();

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
}
