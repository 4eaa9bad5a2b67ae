using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Running;

/// <summary>The server and the fault worker as somebody deploys them: published, in the configuration Release.</summary>
internal sealed record PublishedOutput(string Server, string FaultWorker)
{
    private static readonly Lazy<Task<PublishedOutput>> Published = new(PublishAsync);

    /// <summary>Publishes them into the folder of this run, once. The packages have been restored by the build of these tests.</summary>
    public static Task<PublishedOutput> GetAsync() => Published.Value;

    private static async Task<PublishedOutput> PublishAsync() => new(
        await PublishOneAsync("Bridge.Server", "src", "Bridge.Server"),
        await PublishOneAsync("FaultWorker", "tests", "assets", "FaultWorker"));

    /// <returns>The assembly to start.</returns>
    private static async Task<string> PublishOneAsync(string assembly, params string[] project)
    {
        var folder = RunFolder.Of($"published-{assembly}");
        // No process of the build may stay: it would hold the folders of this run.
        string[] arguments =
        [
            "publish", Repository.PathOf(project), "--configuration", "Release", "--no-restore", "--output", folder, "--nologo",
            "-nodeReuse:false", "-p:UseSharedCompilation=false", "-p:UseAppHost=false",
        ];
        var result = await ExternalCommand.RunAsync(BuiltOutput.DotnetHost, arguments);
        Assert.True(result.ExitCode == 0, result.ToString());
        return Path.Combine(folder, $"{assembly}.dll");
    }
}
