using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Bench;

/// <summary>Bodies in parts of 64 KiB from the opener, taken as they come: bytes per second.</summary>
internal static class BulkBytes
{
    public static async Task<double> Measure(Func<Task<ILink>> open, int concurrency, TimeSpan length)
    {
        var sessions = await BenchSessions.Start(await open(), static exchange => _ = Take(exchange));
        long sent = 0;
        var measurement = await Measurement.Of(length, async end =>
        {
            var loops = Enumerable.Range(0, concurrency).Select(_ => Task.Run(() => Send(sessions, end))).ToArray();
            sent = (await Task.WhenAll(loops)).Sum();
            return (sent, 0);
        });
        await sessions.End();
        return measurement.PerSecond;
    }

    private static async Task<long> Send(BenchSessions sessions, CancellationToken end)
    {
        var part = new byte[64 * 1024];
        var exchange = sessions.Open([]);
        long sent = 0;
        while (!end.IsCancellationRequested)
        {
            await exchange.SendAsync(PayloadKind.Body, part, more: true, CancellationToken.None);
            sent += part.Length;
        }

        await exchange.SendAsync(PayloadKind.Body, default, more: false, CancellationToken.None);
        await exchange.ReceiveAsync(CancellationToken.None);
        return sent;
    }

    private static async Task Take(Exchange exchange)
    {
        exchange.Accept();
        Received received;
        do
        {
            received = await exchange.ReceiveAsync(CancellationToken.None);
            exchange.Taken(received);
        }
        while (received.More);

        exchange.End(EndedKind.Finished);
    }
}
