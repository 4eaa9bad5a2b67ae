using System.Diagnostics;
using System.Net.Http.Json;
using Bridge.Client.AspNetCore.Tests.Hosts;
using Bridge.Server.Tests;
using Bridge.Testing.Tools;
using Shop;

namespace Bridge.Client.AspNetCore.Tests;

/// <summary>The sample as a process of its own, with the switch of its configuration.</summary>
public sealed class SampleProcessTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_same_program_runs_on_Kestrel_and_behind_a_bridge(bool isBridged)
    {
        await using var bridge = await TestBridge.StartAsync([], [.. ApplicationHost.WorkerRoute, ("Bridge:Workers:QueueTime", "00:02:00")]);
        using var program = Start(isBridged ? ["--Bridge", bridge.Grpc.AbsoluteUri.TrimEnd('/')] : ["--urls", "http://127.0.0.1:0"]);
        var output = new List<string>();
        var address = isBridged ? bridge.Http : new Uri(await ReadUntilAsync(program, output, "Now listening on: "));
        using var client = new HttpClient { BaseAddress = address, Timeout = Deadline.Default };

        var articles = await client.GetFromJsonAsync<Article[]>("/api/articles").WithDeadline();
        var page = await client.GetStringAsync("/").WithDeadline();
        await ExternalCommand.RunAsync("kill", ["-TERM", $"{program.Id}"]);
        output.Add(await program.StandardOutput.ReadToEndAsync().WithDeadline());
        await program.WaitForExitAsync().WithDeadline();

        Assert.Equal(["Tea", "Cup"], articles!.Select(article => article.Name));
        Assert.Contains("<h1>Shop</h1>", page, StringComparison.Ordinal);
        Assert.True(program.ExitCode == 0, string.Join('\n', output));
        Assert.Equal(!isBridged, string.Concat(output).Contains("Now listening on", StringComparison.Ordinal));
    }

    private static Process Start(string[] arguments) => Process.Start(new ProcessStartInfo(
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
        [Path.Combine(AppContext.BaseDirectory, "Shop.dll"), .. arguments])
    {
        RedirectStandardOutput = true,
        WorkingDirectory = Repository.PathOf("samples", "aspnetcore-worker"),
    })!;

    private static async Task<string> ReadUntilAsync(Process program, List<string> output, string mark)
    {
        while (await program.StandardOutput.ReadLineAsync().WithDeadline() is { } line)
        {
            output.Add(line);
            if (line.IndexOf(mark, StringComparison.Ordinal) is >= 0 and var at)
            {
                return line[(at + mark.Length)..];
            }
        }

        throw new InvalidOperationException($"The program ended.\n{string.Join('\n', output)}");
    }
}
