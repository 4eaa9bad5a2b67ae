using System.Net;
using Asgiref.Core.Hosting;
using Bridge.Server.Metrics;

namespace Bridge.Server.Tests.Management;

public sealed class ManagementTests
{
    private static readonly HttpClient Client = new();

    [Fact]
    public async Task A_started_bridge_is_healthy_and_ready()
    {
        await using var bridge = await TestBridge.StartAsync("app", (_, _, _) => Task.CompletedTask);

        Assert.Equal("ok\n", await Client.GetStringAsync(new Uri(bridge.Management, "/healthz")).WithDeadline());
        Assert.Equal("ready\n", await Client.GetStringAsync(new Uri(bridge.Management, "/readyz")).WithDeadline());
    }

    [Fact]
    public async Task An_unknown_path_is_404_and_another_method_405()
    {
        await using var bridge = await TestBridge.StartAsync("app", (_, _, _) => Task.CompletedTask);

        using var unknown = await Client.GetAsync(new Uri(bridge.Management, "/nope")).WithDeadline();
        using var post = await Client.PostAsync(new Uri(bridge.Management, "/metrics"), null).WithDeadline();

        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }

    [Fact]
    public async Task Metrics_are_Prometheus_text_with_help_type_and_labels()
    {
        await using var bridge = await TestBridge.StartAsync("app", (_, _, _) => Task.CompletedTask);
        bridge.Metrics.InstanceStarted();
        bridge.Metrics.InstanceEnded(EndingKind.TimedOut);
        bridge.Metrics.Reached(Limit.GraceTime);

        using var answer = await Client.GetAsync(new Uri(bridge.Management, "/metrics")).WithDeadline();
        var lines = (await answer.Content.ReadAsStringAsync().WithDeadline()).Split('\n');

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.GetValues("content-type").Single());
        Assert.Contains("# TYPE bridge_instances_live gauge", lines);
        Assert.Contains("bridge_instances_live 0", lines);
        Assert.Contains("# TYPE bridge_instances_started_total counter", lines);
        Assert.Contains("bridge_instances_started_total 1", lines);
        Assert.Contains("bridge_instances_ended_total{ending=\"timed_out\"} 1", lines);
        Assert.Contains("bridge_limits_reached_total{limit=\"grace_time\"} 1", lines);
        Assert.Contains("bridge_limits_reached_total{limit=\"drain_time\"} 0", lines);
        Assert.Single(lines, line => line.StartsWith("# HELP bridge_limits_reached_total ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_tell_of_the_calls_between_sync_and_async_code_too()
    {
        await using var bridge = await TestBridge.StartAsync("app", (_, _, _) => Task.CompletedTask);

        var page = await Client.GetStringAsync(new Uri(bridge.Management, "/metrics")).WithDeadline();

        Assert.Contains("# TYPE asgiref_calls_deadlocks_total counter\nasgiref_calls_deadlocks_total ", page, StringComparison.Ordinal);
        Assert.Contains("# TYPE asgiref_threads gauge\nasgiref_threads{thread_name=\"asgiref worker\"} ", page, StringComparison.Ordinal);
        Assert.Contains("\nasgiref_limits_refusals_total{asgiref_limit=\"max_queued_calls\"} ", page, StringComparison.Ordinal);
        Assert.DoesNotContain("asgiref_calls_queued", page, StringComparison.Ordinal);
    }
}
