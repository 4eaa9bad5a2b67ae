using Asgiref.Core.Callables;

namespace Bridge.EndToEnd.Tests.Calls;

/// <summary>Callers that leave, and time that passes, through processes in both directions.</summary>
[Collection(CallProcesses.Name)]
public sealed class CancellationTests(CallProcesses processes)
{
    private readonly CallField _field = processes.Field;
    private readonly string _id = processes.Field.NewId();

    /// <summary>Ways that end in a function which waits; those before it are blocked in their calls, or await them.</summary>
    public static TheoryData<string, string> Ways => new()
    {
        { "", "w1" },
        { "", CallField.Bridge },
        { "w1.sync", "w2" },
        { "w1.stuck", "w2" },
        { "w1.pooled", CallField.Bridge },
        { "bridge.sync", "w1" },
        { "w1.async", CallField.Here },
        { "w1.sync here.sync bridge.stuck", "w2" },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_caller_that_leaves_cancels_the_function_and_all_that_wait_for_it(string way, string last)
    {
        using var leave = new CancellationTokenSource();
        var call = _field.Route.CallAsync(WayTo(way, last), leave.Token).AsTask();
        await _field.UntilSaidAsync(last, _id, "began");
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithDeadline());
        await _field.UntilSaidAsync(last, _id, "cancelled");
        await _field.AssertQuietAsync();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task So_does_one_that_is_blocked(string way, string last)
    {
        using var leave = new CancellationTokenSource();
        var call = _field.BlockAsync(WayTo(way, last), leave.Token);
        await _field.UntilSaidAsync(last, _id, "began");
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithDeadline());
        await _field.UntilSaidAsync(last, _id, "cancelled");
        await _field.AssertQuietAsync();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Time_that_passes_cancels_them_too(string way, string last)
    {
        string[] steps = WayTo(way, last);
        steps[0] += "@500";
        await Assert.ThrowsAsync<CallTimeoutException>(() => _field.Route.CallAsync(steps).AsTask().WithDeadline());
        await _field.UntilSaidAsync(last, _id, "cancelled");
        await _field.AssertQuietAsync();
    }

    [Theory]
    [InlineData("w1", "here.wait")]
    [InlineData("w1", "w2.wait")]
    [InlineData("w1", "bridge.wait")]
    [InlineData(CallField.Bridge, "here.wait")]
    [InlineData(CallField.Bridge, "w1.wait")]
    [InlineData("w1", "here.sync here.wait")]
    [InlineData("w1", "here.sync w2.stuck here.wait")]
    public async Task A_function_elsewhere_leaves_its_call_and_goes_on(string caller, string way)
    {
        var leaving = _field.NewId();
        string[] steps = [.. way.Split(' '), _id];
        var last = steps[^2].Split('.')[0];
        var call = _field.Route.CallAsync([$"{caller}.leave", leaving, .. steps]).AsTask();
        await _field.UntilSaidAsync(last, _id, "began");
        await _field.ReleaseAsync(caller, leaving);
        Assert.Equal("left", (await call.WithDeadline())[^1].Text);
        await _field.UntilSaidAsync(last, _id, "cancelled");
        await _field.AssertQuietAsync();
    }

    [Theory]
    [InlineData("w1.catch here.wait@300", "here.wait")]
    [InlineData("bridge.catch here.wait@300", "here.wait")]
    [InlineData("w1.catch here.sync@300 w2.wait", @"(here\.sync|w2\.wait)")]
    public async Task Time_that_passes_in_a_call_from_elsewhere_is_told_there(string way, string callable)
    {
        var visits = await _field.Route.CallAsync([.. way.Split(' '), _id]).AsTask().WithDeadline();
        Assert.Matches($@"^CallTimeoutException: '{callable}' had no result after 0\.\d+ s: ", visits[^1].Text);
        await _field.AssertQuietAsync();
    }

    [Theory]
    [InlineData("w1", true)]
    [InlineData("w1", false)]
    [InlineData(CallField.Bridge, true)]
    public async Task A_function_that_ignores_its_token_does_not_hold_its_caller(string callee, bool leaves)
    {
        using var leave = new CancellationTokenSource();
        var call = _field.Route.CallAsync([leaves ? $"{callee}.hold" : $"{callee}.hold@300", _id], leave.Token).AsTask();
        await _field.UntilSaidAsync(callee, _id, "began");
        try
        {
            if (leaves)
            {
                await leave.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithDeadline());
            }
            else
            {
                var error = await Assert.ThrowsAsync<CallTimeoutException>(() => call.WithDeadline());
                Assert.Matches(@"^'w1\.hold' had no result after 0\.\d+ s: it still runs\.$", error.Message);
            }

            Assert.Equal(1, callee == CallField.Bridge ? 1 : (await _field.FiguresAsync(callee))["taken"]);
        }
        finally
        {
            await _field.ReleaseAsync(callee, _id);
        }

        await _field.UntilSaidAsync(callee, _id, "ended");
        await _field.AssertQuietAsync();
    }

    [Theory]
    [InlineData("w1.async")]
    [InlineData("bridge.async")]
    [InlineData("w1.sync w2.task")]
    public async Task Except_one_that_was_called_back_onto_the_blocked_thread_itself(string way)
    {
        using var leave = new CancellationTokenSource();
        var call = _field.BlockAsync([.. way.Split(' '), "here.keep", _id], leave.Token);
        await _field.UntilSaidAsync(CallField.Here, _id, "began");
        await leave.CancelAsync();
        await _field.UntilAsync("w1", "taken", 0);
        await _field.UntilAsync(CallField.Here, "made", 0);
        Assert.False(call.IsCompleted);
        await _field.ReleaseAsync(CallField.Here, _id);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithDeadline());
        await _field.AssertQuietAsync();
    }

    private string[] WayTo(string way, string last) => [.. way.Split(' ', StringSplitOptions.RemoveEmptyEntries), $"{last}.wait", _id];
}
