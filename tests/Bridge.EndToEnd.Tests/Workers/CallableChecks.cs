using Bridge.EndToEnd.Tests.Running;

namespace Bridge.EndToEnd.Tests.Workers;

/// <summary>What the samples of every language have to manage with functions, through a real bridge.</summary>
internal static class CallableChecks
{
    private static readonly Dictionary<string, Func<BridgeProcess, CallableSample, Task>> Checks = new()
    {
        ["a_script_waits_for_an_asynchronous_function_in_C#"] = CallsTheBridgeAsync,
        ["C#_awaits_a_function_of_the_script"] = IsCalledAsync,
        ["the_function_calls_one_in_C#_in_its_turn"] = CallsBackAsync,
        ["an_error_has_its_type_and_message"] = FailsAsync,
        ["a_stop_finishes_what_runs"] = IsStoppedAsync,
    };

    public static TheoryData<string> All { get; } = [.. Checks.Keys];

    public static Task PassesAsync(SharedBridge shared, CallableSample sample, string check) => Checks[check](shared.Samples, sample);

    private static async Task CallsTheBridgeAsync(BridgeProcess bridge, CallableSample sample)
    {
        Expect("\"Hello Ann, from the bridge.\"", await sample.CallAsync(bridge, "greet", "Ann"));
        Expect("6", await sample.CallAsync(bridge, "sum", new[] { 1, 2, 3 }));
    }

    private static async Task IsCalledAsync(BridgeProcess bridge, CallableSample sample)
    {
        var name = NewName();
        await using var function = await StubWorkerProcess.StartAsync(bridge, sample.Function, name, calls: 2);

        Expect("\"A WORD\"", await sample.CallAsync(bridge, "relay", new { callable = name, argument = "a word" }));
    }

    private static async Task CallsBackAsync(BridgeProcess bridge, CallableSample sample)
    {
        var name = NewName();
        await using var function = await StubWorkerProcess.StartAsync(bridge, sample.Function, name, calls: 1);

        var answer = await sample.CallAsync(bridge, "relay", new { callable = name, argument = new { callable = "greet", argument = "Bo" } });

        Expect("\"Hello Bo, from the bridge.\"", answer);
    }

    private static async Task FailsAsync(BridgeProcess bridge, CallableSample sample)
    {
        var name = NewName();
        await using var function = await StubWorkerProcess.StartAsync(bridge, sample.Function, name, calls: 1);

        var answer = await sample.CallAsync(bridge, name, new { callable = "nobody", argument = 1 });

        Assert.NotEqual(0, answer.ExitCode);
        Assert.Contains("There is no callable nobody.", answer.ToString(), StringComparison.Ordinal);
    }

    private static async Task IsStoppedAsync(BridgeProcess bridge, CallableSample sample)
    {
        var name = NewName();
        await using var function = await StubWorkerProcess.StartAsync(bridge, sample.Function, name, calls: 2);

        await function.TerminateAsync();

        var exitCode = await function.ExitAsync();
        Assert.True(exitCode == 0, $"{exitCode}: {function.Said}");
        await ServerMetrics.WaitForAsync(bridge, sample.Function.ReadyOf(name), 0);
    }

    private static string NewName() => $"function-{Guid.NewGuid():n}";

    private static void Expect(string output, Testing.Tools.CommandResult result) =>
        Assert.True(result.ExitCode == 0 && result.Output.Trim() == output, $"{output} was expected: {result}");
}
