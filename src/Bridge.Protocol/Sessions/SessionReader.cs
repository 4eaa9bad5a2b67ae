using Bridge.Protocol.Sessions.Wire;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// The one loop that reads: it routes each frame and waits for nothing but the stream. A broken rule of the session ends
/// it; after that it reads on, without looking, until the peer is done too.
/// </summary>
internal sealed class SessionReader(Session session, IFrameStream stream, WriterSignal writer)
{
    private readonly BatchSizes _sizes = new(session.Options, session.Counters);
    private bool _goodbye;

    public async Task RunAsync(CancellationToken abort)
    {
        try
        {
            while (!_goodbye)
            {
                var batch = await stream.ReadAsync(abort).ConfigureAwait(false);
                if (batch is null)
                {
                    session.TryEnd(SessionEnding.StreamLost("The peer ended the stream without a goodbye."));
                    return;
                }

                writer.Hold();
                Handle(batch);
                writer.Release();
                session.CheckDrained();
            }
        }
        catch (Exception error)
        {
            session.TryEnd(SessionEnding.StreamLost("The stream could not be read.", error));
        }
    }

    private void Handle(ReceivedBatch batch)
    {
        session.KeepAlive.Received();
        if (session.Ending is not null)
        {
            // Both said goodbye at once: this one ends the reading.
            _goodbye = batch.Any(frame => frame.Goodbye is not null);
            return;
        }

        try
        {
            _sizes.Check(batch);
            for (var index = 0; index < batch.Count && !_goodbye; index++)
            {
                Route(batch[index]);
            }
        }
        catch (SessionBrokenException broken)
        {
            session.TryEnd(broken.Ending);
        }
        catch (Exception error)
        {
            session.TryEnd(SessionEnding.Failed(error));
        }
    }

    private void Route(Frame frame)
    {
        if (session.Peer is null)
        {
            OnFirstFrame(frame);
        }
        else if (frame.Exchange == 0)
        {
            OnSessionFrame(frame);
        }
        else if (frame.KindCase == Frame.KindOneofCase.Open)
        {
            OnOpen(frame);
        }
        else
        {
            OnExchangeFrame(frame);
        }
    }

    private void OnFirstFrame(Frame frame)
    {
        if (frame.Exchange == 0 && frame.Goodbye is { } goodbye)
        {
            OnGoodbye(goodbye);
        }
        else if (frame.Exchange == 0 && frame.Hello is { } hello)
        {
            session.Establish(hello);
        }
        else
        {
            throw new SessionBrokenException($"The first frame is {Describe(frame)}; it must be a hello on exchange 0.");
        }
    }

    private void OnSessionFrame(Frame frame)
    {
        switch (frame.KindCase)
        {
            case var _ when frame.Credit > 0:
                throw new SessionBrokenException("A frame on exchange 0 carries credit.");
            case Frame.KindOneofCase.None:
                session.Counters.CountUnknown();
                break;
            case Frame.KindOneofCase.Offer:
                OnOffer(frame.Offer);
                break;
            case Frame.KindOneofCase.OfferRefusal:
                session.Handler.OfferRefused(frame.OfferRefusal);
                break;
            case Frame.KindOneofCase.Drain:
                session.OnPeerDrains(frame.Drain.Reason);
                break;
            case Frame.KindOneofCase.Ping:
                session.Control.Pong(frame.Ping.Number);
                break;
            case Frame.KindOneofCase.Pong:
                session.OnPong(frame.Pong.Number);
                break;
            case Frame.KindOneofCase.Goodbye:
                OnGoodbye(frame.Goodbye);
                break;
            case Frame.KindOneofCase.ThreadContextEnded:
                OnThreadContextEnded(frame.ThreadContextEnded);
                break;
            default:
                throw new SessionBrokenException($"{Describe(frame)} may not come there or then.");
        }
    }

    private void OnOffer(Offer offer)
    {
        var name = offer.Callable?.Name ?? offer.Application;
        if (!HelloRules.IsName(name))
        {
            throw new SessionBrokenException($"The name of an offer has {name.Length} characters; {HelloRules.NameRule}.");
        }

        if (offer.Callable is not null && offer.Application.Length > 0)
        {
            throw new SessionBrokenException("An offer names an application and a callable; it must be one of them.");
        }

        session.Handler.Offered(offer);
    }

    private void OnThreadContextEnded(ThreadContextEnded ended)
    {
        if (CallRules.ProblemOf(ended.ThreadContext) is { } problem)
        {
            throw new SessionBrokenException($"thread_context_ended.thread_context {problem}");
        }

        session.Handler.ThreadContextEnded(WireId.FromBytes(ended.ThreadContext));
    }

    private void OnOpen(Frame frame)
    {
        if (!session.Table.NotePeerId(frame.Exchange))
        {
            throw new SessionBrokenException($"The exchange {frame.Exchange} was opened: the wrong parity, or not above the last one.");
        }

        _sizes.CheckPayload(frame.Open.Head.Length);
        session.OnOpen(frame.Exchange, frame.Open);
    }

    private void OnExchangeFrame(Frame frame)
    {
        if (frame.KindCase is > Frame.KindOneofCase.None and < Frame.KindOneofCase.Open)
        {
            throw new SessionBrokenException($"{Describe(frame)} may only come on exchange 0.");
        }

        if (frame.Payload is { } payload)
        {
            _sizes.CheckPayload(payload.Data.Length);
        }

        if (session.Table.TryGet(frame.Exchange, out var exchange, out var wasOpened))
        {
            exchange.OnFrame(frame);
        }
        else if (wasOpened)
        {
            session.Counters.CountLate();
        }
        else
        {
            throw new SessionBrokenException($"{Describe(frame)}, which was never opened.");
        }
    }

    private void OnGoodbye(Goodbye goodbye)
    {
        _goodbye = true;
        session.TryEnd(SessionEnding.FromPeer(goodbye));
    }

    private static string Describe(Frame frame) => $"A frame {frame.KindCase} on exchange {frame.Exchange}";
}
