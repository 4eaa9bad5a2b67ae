using System.Diagnostics;

namespace Bridge.Bench;

/// <summary>
/// A hundred clients, each with a connection of its own and a small GET every 50 ms, 2,000 a second together: far from
/// what the server can do, so that the times show who waits for whom.
/// </summary>
internal static class SiblingLoad
{
    private const int Siblings = 100;
    private const double Percentile = 0.99;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>The time within which 99 of 100 answers are there, in milliseconds.</summary>
    public static async Task<double> Percentile99Async(Uri url, TimeSpan time)
    {
        var clients = Enumerable.Range(0, Siblings).Select(_ => new HttpClient(new SocketsHttpHandler())).ToArray();
        try
        {
            await Task.WhenAll(clients.Select(client => RequestAsync(client, url)));
            var watch = Stopwatch.StartNew();
            var times = await Task.WhenAll(
                clients.Select((client, place) => Task.Run(() => RequestsAsync(client, url, watch, Interval * place / Siblings, time))));
            var sorted = times.SelectMany(times => times).Order().ToArray();
            return sorted[(int)(sorted.Length * Percentile)].TotalMilliseconds;
        }
        finally
        {
            Array.ForEach(clients, client => client.Dispose());
        }
    }

    private static async Task<List<TimeSpan>> RequestsAsync(HttpClient client, Uri url, Stopwatch watch, TimeSpan first, TimeSpan time)
    {
        var times = new List<TimeSpan>();
        for (var due = first; due < time; due += Interval)
        {
            // A request that is late because the one before it took so long counts from when it was due; a late timer does not count.
            var start = due;
            if (due - watch.Elapsed is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait);
                start = watch.Elapsed;
            }

            await RequestAsync(client, url);
            times.Add(watch.Elapsed - start);
        }

        return times;
    }

    private static async Task RequestAsync(HttpClient client, Uri url)
    {
        using var response = await client.GetAsync(url);
        response.EnsureSuccessStatusCode();
    }
}
