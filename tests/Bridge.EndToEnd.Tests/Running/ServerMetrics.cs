using System.Globalization;

namespace Bridge.EndToEnd.Tests.Running;

/// <summary>Reads the figures that the server publishes.</summary>
internal static class ServerMetrics
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until /metrics shows zero live instances: instances end a moment after their connections.</summary>
    public static Task WaitForNoLiveInstanceAsync(BridgeProcess bridge) => WaitForAsync(bridge, "bridge_instances_live", 0);

    /// <summary>Waits until /metrics shows a value.</summary>
    /// <param name="bridge">Whose.</param>
    /// <param name="series">The name with its labels; it may come later.</param>
    /// <param name="expected">The value.</param>
    public static async Task WaitForAsync(BridgeProcess bridge, string series, double expected)
    {
        using var client = new HttpClient();
        using var deadline = new CancellationTokenSource(Deadline.Default);
        using var timer = new PeriodicTimer(Pause);
        double? shown;
        do
        {
            shown = ValueOf(series, await client.GetStringAsync(bridge.Management("/metrics"), CancellationToken.None).WithDeadline());
            if (shown == expected)
            {
                return;
            }
        }
        while (!deadline.IsCancellationRequested && await timer.WaitForNextTickAsync(CancellationToken.None));
        Assert.Fail($"{series} is {shown} and not {expected}.\n{bridge.Said}");
    }

    /// <summary>All figures of a server; those that differ only in a label are added up.</summary>
    public static async Task<IReadOnlyDictionary<string, double>> ReadAsync(HttpClient client, BridgeProcess bridge)
    {
        var page = await client.GetStringAsync(bridge.Management("/metrics")).WithDeadline();
        return page.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#')
            .Select(line => (Name: line[..line.IndexOfAny(['{', ' '])], Value: double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)))
            .GroupBy(figure => figure.Name, StringComparer.Ordinal)
            .ToDictionary(figures => figures.Key, figures => figures.Sum(figure => figure.Value), StringComparer.Ordinal);
    }

    private static double? ValueOf(string series, string metrics)
    {
        var line = metrics.Split('\n').SingleOrDefault(line => line.StartsWith($"{series} ", StringComparison.Ordinal));
        return line is null ? null : double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture);
    }
}
