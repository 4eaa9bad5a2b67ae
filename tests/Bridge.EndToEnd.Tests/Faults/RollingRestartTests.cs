using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Faults;

public sealed class RollingRestartTests
{
    [WrkFact]
    public async Task No_request_fails_while_three_workers_are_restarted_one_after_the_other()
    {
        Tool.Wrk.Require();
        await using var field = await Field.StartAsync();
        string[] names = ["w1", "w2", "w3"];
        await Task.WhenAll(names.Select(name => field.AddWorkerAsync(name)));
        await using var load = new WrkLoad(field.Url("hello"), connections: 16);

        foreach (var name in names)
        {
            var older = field.Workers[name];
            await UntilServedAsync(older, 100);
            await older.SignalAsync("TERM");
            Assert.Equal(0, await older.ExitAsync());
            await field.RemoveAsync(older);
            await UntilServedAsync(await field.AddWorkerAsync(name), 100);
        }

        // wrk does not tell of a request that is never answered: what it has asked for must end while it still waits.
        await load.FreezeAsync();
        await field.AssertQuietAsync();
        var (answers, report) = await load.StopAsync();
        Assert.True(answers > 600 && !report.Contains("Socket errors", StringComparison.Ordinal) && !report.Contains("Non-2xx", StringComparison.Ordinal), report);
        Assert.Equal(0, (await field.FiguresAsync())["bridge_workers_lost_total"]);
        await field.AssertQuietAsync();
    }

    /// <summary>The load reaches this worker.</summary>
    private static async Task UntilServedAsync(FaultWorkerProcess worker, long requests)
    {
        using var patience = new CancellationTokenSource(Deadline.Default);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while ((await worker.FiguresAsync())["bridge.worker.instances.started"] < requests)
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }
}
