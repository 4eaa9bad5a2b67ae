using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Bench;

/// <summary>Two sessions over a link; what the server opens, the client answers.</summary>
internal sealed class BenchSessions
{
    private readonly ILink _link;
    private readonly Task _runs;

    private BenchSessions(ILink link, Action<Exchange> answer)
    {
        _link = link;
        var options = new SessionOptions();
        Client = new Session("client", SessionRole.Client, new Hello(), link.Client, new Handler(answer), options, TimeProvider.System);
        Server = new Session("server", SessionRole.Server, new Hello(), link.Server, new Handler(answer), options, TimeProvider.System);
        _runs = Task.WhenAll(Client.RunAsync(CancellationToken.None), Server.RunAsync(CancellationToken.None));
    }

    public Session Client { get; }

    public Session Server { get; }

    public static async Task<BenchSessions> Start(ILink link, Action<Exchange> answer)
    {
        var sessions = new BenchSessions(link, answer);
        await sessions.Client.Established;
        await sessions.Server.Established;
        return sessions;
    }

    public Exchange Open(byte[] head)
    {
        var target = new InstanceTarget { Application = "bench", Conversation = ConversationKind.Http };
        var status = Server.Open(target, head, null, out var exchange);
        return exchange ?? throw new InvalidOperationException($"Open gave {status}.");
    }

    public async Task End()
    {
        Server.Close(GoodbyeCode.Done, "The measurement is over.");
        await _runs;
        await _link.DisposeAsync();
    }

    private sealed class Handler(Action<Exchange> answer) : ISessionHandler
    {
        public void Accept(Exchange exchange) => answer(exchange);

        public void Over(Exchange exchange)
        {
        }

        public void Offered(Offer offer)
        {
        }

        public void OfferRefused(OfferRefusal refusal)
        {
        }

        public void ThreadContextEnded(Guid context)
        {
        }

        public void PeerDrains(string reason)
        {
        }
    }
}
