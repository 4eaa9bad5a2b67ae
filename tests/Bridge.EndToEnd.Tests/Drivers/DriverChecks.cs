using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Drivers;

/// <summary>What every language has to manage; peers/ holds one script for each, with these names.</summary>
public static class DriverChecks
{
    /// <summary>The checks that need an application which misbehaves or records.</summary>
    private static readonly string[] WithProbes =
    [
        "an_application_that_raises_before_the_start",
        "an_application_that_raises_after_the_start",
        "a_driver_that_cancels_in_the_middle",
    ];

    public static TheoryData<string> All { get; } =
    [
        "wsgi_answers",
        "echo_returns_the_body",
        "sixty_four_instances_at_once",
        "a_body_larger_than_4_mb",
        "a_header_repeated_99_times",
        "raw_header_bytes",
        "an_unknown_application",
        "an_event_before_the_start",
        .. WithProbes,
    ];

    /// <summary>Runs one check by the language's sample: its helper, its way to make stubs.</summary>
    /// <param name="shared">The servers.</param>
    /// <param name="language">The folder name under samples/ and peers/.</param>
    /// <param name="script">The script in peers/.</param>
    /// <param name="check">The check.</param>
    internal static async Task PassesAsync(SharedBridge shared, string language, string script, string check)
    {
        var bridge = WithProbes.Contains(check) ? shared.Probes : shared.Samples;
        var checks = Repository.PathOf("tests", "Bridge.EndToEnd.Tests", "peers", language, script);
        var result = await RunSampleAsync(language, [bridge.GrpcAddress, check], checks);
        Assert.True(result.ExitCode == 0 && result.Output.Contains($"ok {check}\n", StringComparison.Ordinal), $"{result}\n{bridge.Said}");
    }

    /// <summary>Runs the sample as its README says.</summary>
    internal static async Task SampleAnswersAsync(BridgeProcess bridge, string language, string application, string expected)
    {
        var result = await RunSampleAsync(language, [bridge.GrpcAddress, application, "a word"], null);
        Assert.True(result.ExitCode == 0 && result.Output.StartsWith("200\n", StringComparison.Ordinal), $"{result}\n{bridge.Said}");
        Assert.Contains(expected, result.Output, StringComparison.Ordinal);
        Assert.Contains("ended: ", result.Output, StringComparison.Ordinal);
    }

    private static Task<CommandResult> RunSampleAsync(string language, string[] arguments, string? script)
    {
        var environment = new Dictionary<string, string> { ["STUBS"] = RunFolder.Of(language + "-stubs"), ["SCRIPT"] = script ?? "" };
        if (language == "node")
        {
            environment["NODE_PATH"] = NodePeer.Packages!;
        }

        return ExternalCommand.RunAsync(Repository.PathOf("samples", language, "run.sh"), arguments, environment);
    }
}
