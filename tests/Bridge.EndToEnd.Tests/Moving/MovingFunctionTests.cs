using System.Globalization;
using Bridge.EndToEnd.Tests.Running;
using Bridge.EndToEnd.Tests.Workers;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Moving;

/// <summary>The sample <c>moving-function</c>: one program, whose function runs where the configuration says, in real processes.</summary>
public sealed class MovingFunctionTests
{
    private const string Answer = "6 words, the longest is \"configuration\"";

    private static readonly Dictionary<string, string> Nothing = [];

    [Fact]
    public async Task Without_configuration_the_function_runs_in_the_program_that_calls_it()
    {
        var run = await RunAsync([], Nothing);

        Assert.Equal(Answer, run.Answer);
        Assert.Equal(run.Caller, run.Process);
    }

    [Fact]
    public async Task The_environment_moves_the_function_into_a_worker()
    {
        await using var bridge = await BridgeProcess.StartAsync(ServerSettings.Samples);
        await using var worker = new WorkerProcess(
            BuiltOutput.MovingFunction, ["--Role=serve"], new Dictionary<string, string> { ["MOVING_Bridge"] = $"http://{bridge.GrpcAddress}" });
        await worker.UntilSaidAsync("word-counter: Ready");

        var run = await RunAsync(
            [], new Dictionary<string, string> { ["MOVING_Place"] = "elsewhere", ["MOVING_Bridge"] = $"http://{bridge.GrpcAddress}" });

        Assert.Equal(Answer, run.Answer);
        Assert.Equal(worker.Id, run.Process);
        Assert.NotEqual(run.Caller, run.Process);
        await worker.TerminateAsync();
        Assert.Equal(0, await worker.ExitAsync());
    }

    [Fact]
    public async Task The_command_line_moves_the_function_into_the_bridge()
    {
        const string Entry = "--Bridge:Callables:Hosted:words";
        await using var bridge = await BridgeProcess.StartAsync(
        [
            .. ServerSettings.Samples,
            $"{Entry}:Assembly={BuiltOutput.MovingFunction}",
            $"{Entry}:Type=MovingFunction.WordCounter",
            $"{Entry}:Member=Register",
        ]);

        var run = await RunAsync(["--Place=elsewhere", $"--Bridge=http://{bridge.GrpcAddress}"], Nothing);

        Assert.Equal(Answer, run.Answer);
        Assert.Equal(bridge.Id, run.Process);
        Assert.NotEqual(run.Caller, run.Process);
    }

    [Fact]
    public async Task A_place_that_is_none_is_one_line_that_names_the_setting()
    {
        var result = await ExternalCommand.RunAsync(BuiltOutput.DotnetHost, [BuiltOutput.MovingFunction, "--Place=moon"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("'moon' at 'Place'", result.ToString(), StringComparison.Ordinal);
    }

    private static async Task<Run> RunAsync(IEnumerable<string> settings, IReadOnlyDictionary<string, string> environment)
    {
        var result = await ExternalCommand.RunAsync(BuiltOutput.DotnetHost, [BuiltOutput.MovingFunction, .. settings], environment);
        Assert.True(result.ExitCode == 0, result.ToString());
        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var words = lines[1].Replace(",", "", StringComparison.Ordinal).Split(' ');
        Assert.Equal(("counted in process", "called from process"), (string.Join(' ', words[..3]), string.Join(' ', words[4..7])));
        return new Run(lines[0], int.Parse(words[3], CultureInfo.InvariantCulture), int.Parse(words[7], CultureInfo.InvariantCulture));
    }

    /// <summary>What one run of the program has printed.</summary>
    /// <param name="Answer">The line that is the same everywhere.</param>
    /// <param name="Process">Where the function ran.</param>
    /// <param name="Caller">The program itself.</param>
    private sealed record Run(string Answer, int Process, int Caller);
}
