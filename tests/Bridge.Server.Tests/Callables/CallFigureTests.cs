namespace Bridge.Server.Tests.Callables;

/// <summary>What an operator sees of calls.</summary>
public sealed class CallFigureTests
{
    private static readonly HttpClient Client = new();

    [Fact]
    public async Task Metrics_and_the_workers_page_tell_of_callables_and_of_calls_under_way()
    {
        await using var bridge = await CallBridge.StartAsync();
        var worker = await bridge.ServeAsync(places: 1);
        var caller = await bridge.DialAsync("caller");
        var first = caller.Call(thread: Guid.NewGuid());
        var served = await worker.NextCall();
        var second = caller.Call();
        await bridge.WaitingAsync("f", 1);

        var lines = (await Client.GetStringAsync(new Uri(bridge.Bridge.Management, "/metrics")).WithDeadline()).Split('\n');
        var page = await Client.GetStringAsync(new Uri(bridge.Bridge.Management, "/workers")).WithDeadline();
        await served.ReturnAsync();
        await (await worker.NextCall()).ReturnAsync();
        await first.ResultAsync();
        await second.ResultAsync();

        Assert.Contains("bridge_callables_calls_live 2", lines);
        Assert.Contains("bridge_callables_calls_started_total 2", lines);
        Assert.Contains("bridge_callables_calls_ended_total{ending=\"returned\"} 0", lines);
        Assert.Contains("bridge_callables_ready{callable=\"f\"} 1", lines);
        Assert.Contains("bridge_callables_calls_running{callable=\"f\"} 1", lines);
        Assert.Contains("bridge_callables_queue{callable=\"f\"} 1", lines);
        Assert.Contains("bridge_callables_thread_contexts 1", lines);
        Assert.Contains("bridge_limits_reached_total{limit=\"call_depth\"} 0", lines);
        Assert.Equal("application  ready  running  waiting\n\ncallable  ready  running  waiting\nf             1        1        1\n\n2 calls under way\n", page);
    }
}
