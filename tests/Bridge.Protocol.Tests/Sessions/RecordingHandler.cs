using System.Threading.Channels;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Tests.Sessions;

/// <summary>Keeps everything that a session tells its program, for the test to take.</summary>
internal sealed class RecordingHandler : ISessionHandler
{
    private readonly Channel<Exchange> _accepting = Channel.CreateUnbounded<Exchange>();
    private readonly Channel<Exchange> _over = Channel.CreateUnbounded<Exchange>();
    private readonly Channel<Offer> _offers = Channel.CreateUnbounded<Offer>();
    private readonly Channel<OfferRefusal> _offerRefusals = Channel.CreateUnbounded<OfferRefusal>();
    private readonly Channel<Guid> _threadContexts = Channel.CreateUnbounded<Guid>();
    private readonly TaskCompletionSource<string> _drain = new();

    /// <summary>Runs instead of keeping the exchange.</summary>
    public Action<Exchange>? OnAccept { get; set; }

    /// <summary>Runs before the offer is kept.</summary>
    public Action<Offer>? OnOffered { get; set; }

    /// <summary>Runs before an exchange that is over is kept.</summary>
    public Action<Exchange>? OnOver { get; set; }

    public Task<string> Drain => _drain.Task.WithDeadline();

    public void Accept(Exchange exchange)
    {
        if (OnAccept is { } run)
        {
            run(exchange);
        }
        else
        {
            _accepting.Writer.TryWrite(exchange);
        }
    }

    public void Over(Exchange exchange)
    {
        OnOver?.Invoke(exchange);
        _over.Writer.TryWrite(exchange);
    }

    public void Offered(Offer offer)
    {
        OnOffered?.Invoke(offer);
        _offers.Writer.TryWrite(offer);
    }

    public void OfferRefused(OfferRefusal refusal) => _offerRefusals.Writer.TryWrite(refusal);

    public void ThreadContextEnded(Guid context) => _threadContexts.Writer.TryWrite(context);

    public void PeerDrains(string reason) => _drain.TrySetResult(reason);

    public Task<Exchange> NextToAccept() => _accepting.Reader.ReadAsync().WithDeadline();

    public Task<Exchange> NextOver() => _over.Reader.ReadAsync().WithDeadline();

    public Task<Offer> NextOffer() => _offers.Reader.ReadAsync().WithDeadline();

    public Task<OfferRefusal> NextOfferRefusal() => _offerRefusals.Reader.ReadAsync().WithDeadline();

    public Task<Guid> NextThreadContextEnded() => _threadContexts.Reader.ReadAsync().WithDeadline();
}
