using Bridge.Protocol.V1;
using Bridge.Server.Hosting;
using Bridge.Server.Tests.Http;
using Bridge.Server.Workers;

namespace Bridge.Server.Tests.Workers;

/// <summary>What an operator sees of workers.</summary>
public sealed class WorkerFigureTests
{
    private static readonly HttpClient Client = new();

    [Fact]
    public async Task Metrics_tell_of_workers_queues_and_sessions()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        await using var worker = await bridge.DialAsync("worker", maxInstances: 1);
        _ = bridge.Begin();
        (await worker.NextExchange()).Accept();
        _ = bridge.Begin();
        await bridge.Directory.WaitingAsync("app", 1);
        worker.Offer("hosted", OfferState.Ready);
        await worker.NextOfferRefusal();

        var lines = (await Client.GetStringAsync(new Uri(bridge.Bridge.Management, "/metrics")).WithDeadline()).Split('\n');

        Assert.Contains("bridge_sessions_open 1", lines);
        Assert.Contains("bridge_workers_sessions 1", lines);
        Assert.Contains("bridge_workers_ready{application=\"app\"} 1", lines);
        Assert.Contains("bridge_workers_instances{application=\"app\"} 1", lines);
        Assert.Contains("bridge_workers_queue{application=\"app\"} 1", lines);
        Assert.Contains("bridge_workers_refused_total 0", lines);
        Assert.Contains("bridge_workers_replayed_total 0", lines);
        Assert.Contains("bridge_workers_lost_total 0", lines);
        Assert.Contains("bridge_workers_offers_refused_total 1", lines);
        Assert.Contains("bridge_sessions_exchanges_opened_here 1", lines);
        Assert.Contains("bridge_instances_live 1", lines);
        Assert.Contains("bridge_limits_reached_total{limit=\"worker_queue_time\"} 0", lines);
        Assert.Contains("bridge_limits_reached_total{limit=\"session_keep_alive_timeout\"} 0", lines);
        Assert.Single(lines, line => line.StartsWith("# HELP bridge_limits_reached_total ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_management_endpoint_and_the_welcome_page_list_what_workers_serve()
    {
        await using var bridge = await TestBridge.StartAsync((IReadOnlyList<HostedApplication>?)null);
        var before = await Client.GetStringAsync(bridge.Http).WithDeadline();
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Serve("shop", Apps.Answering("ok"));
        await bridge.Service<WorkerDirectory>().ReadyAsync("shop");

        var page = await Client.GetStringAsync(bridge.Http).WithDeadline();
        var table = await Client.GetStringAsync(new Uri(bridge.Management, "/workers")).WithDeadline();

        Assert.DoesNotContain("workers", before, StringComparison.Ordinal);
        Assert.Contains("\nApplications of workers\n  shop  1 ready, 0 running, 0 waiting\n", page, StringComparison.Ordinal);
        Assert.Equal("application  ready  running  waiting\nshop             1        0        0\n", table);
    }
}
