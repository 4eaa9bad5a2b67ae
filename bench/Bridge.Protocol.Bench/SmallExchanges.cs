using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Bench;

/// <summary>What a small GET is to the engine: a head and an empty body there; an event, a body and the end back.</summary>
internal static class SmallExchanges
{
    public const int HeadBytes = 300;
    public const int EventBytes = 100;
    public const int BodyBytes = 14;

    private static readonly byte[] Head = new byte[HeadBytes];
    private static readonly byte[] Start = new byte[EventBytes];
    private static readonly byte[] Body = new byte[BodyBytes];

    public static async Task<Measurement> Measure(Func<Task<ILink>> open, int concurrency, TimeSpan length)
    {
        var sessions = await BenchSessions.Start(await open(), static exchange => _ = Answer(exchange));
        var measurement = await Measurement.Of(length, async end =>
        {
            var loops = Enumerable.Range(0, concurrency).Select(_ => Task.Run(() => Ask(sessions, end))).ToArray();
            var exchanges = (await Task.WhenAll(loops)).Sum();
            return (exchanges, sessions.Client.Counters.BatchesOut + sessions.Server.Counters.BatchesOut);
        });
        await sessions.End();
        return measurement;
    }

    private static async Task<long> Ask(BenchSessions sessions, CancellationToken end)
    {
        long count = 0;
        for (; !end.IsCancellationRequested; count++)
        {
            var exchange = sessions.Open(Head);
            await exchange.SendAsync(PayloadKind.Body, default, more: false, CancellationToken.None);
            Received received;
            while ((received = await exchange.ReceiveAsync(CancellationToken.None)).Kind != ReceivedKind.End)
            {
                exchange.Taken(received);
            }

            if (exchange.Ending?.EndedKind != EndedKind.Finished)
            {
                throw new InvalidOperationException($"An exchange ended as {exchange.Ending}.");
            }
        }

        return count;
    }

    private static async Task Answer(Exchange exchange)
    {
        exchange.Accept();
        exchange.Taken(await exchange.ReceiveAsync(CancellationToken.None));
        await exchange.SendOwnedAsync(PayloadKind.Event, Start, more: false, CancellationToken.None);
        await exchange.SendAsync(PayloadKind.Body, Body, more: false, CancellationToken.None);
        exchange.End(EndedKind.Finished);
    }
}
