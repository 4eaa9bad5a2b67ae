using System.Globalization;

namespace Bridge.EndToEnd.Tests.Running;

/// <summary>Reads the figures that the server publishes.</summary>
internal static class ServerMetrics
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until /metrics shows zero live instances: instances end a moment after their connections.</summary>
    public static async Task WaitForNoLiveInstanceAsync(BridgeProcess bridge)
    {
        using var client = new HttpClient();
        using var deadline = new CancellationTokenSource(Deadline.Default);
        using var timer = new PeriodicTimer(Pause);
        double live;
        do
        {
            live = ValueOf("bridge_instances_live", await client.GetStringAsync(bridge.Management("/metrics"), CancellationToken.None).WithDeadline());
            if (live == 0)
            {
                return;
            }
        }
        while (!deadline.IsCancellationRequested && await timer.WaitForNextTickAsync(CancellationToken.None));
        Assert.Fail($"{live} instances are still live.\n{bridge.Said}");
    }

    private static double ValueOf(string name, string metrics)
    {
        var line = metrics.Split('\n').Single(line => line.StartsWith($"{name} ", StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
