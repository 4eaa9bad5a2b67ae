using System.Runtime.InteropServices;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// The one loop that writes: control first, then one frame of each ready exchange in turn, as much as is there and fits
/// a batch. The batch is the loop's alone.
/// </summary>
internal sealed class SessionWriter(Session session, IFrameStream stream, WriterSignal signal)
{
    private readonly FrameBatch _batch = new();
    private readonly List<Exchange> _over = [];
    private bool _established;

    public async Task RunAsync(Hello hello, CancellationToken abort)
    {
        try
        {
            await WriteAsync(new Frame { Hello = hello }, abort).ConfigureAwait(false);
            while (session.Ending is null)
            {
                // A batch with room has taken all there was. What has become ready since then is the beginning of the next one:
                // to write it at once would make many small batches of the work that is just under way.
                var isFull = true;
                while (isFull && Fill())
                {
                    isFull = !_batch.HasRoom;
                    await FlushAsync(abort).ConfigureAwait(false);
                }

                session.CheckDrained();
                await signal.WaitAsync().ConfigureAwait(false);
            }

            if (session.Ending is { SaysGoodbye: true } ending)
            {
                var goodbye = new Goodbye { Code = ending.Code, Reason = ReasonText.Limit(ending.Reason) };
                await WriteAsync(new Frame { Goodbye = goodbye }, abort).ConfigureAwait(false);
            }

            await stream.CompleteAsync(abort).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            session.TryEnd(SessionEnding.StreamLost("The stream could not be written.", error));
        }
    }

    // What was taken from the exchanges is written even if the session has ended meanwhile: they have been told so.
    private bool Fill()
    {
        if (session.Ending is not null || !IsEstablished())
        {
            return false;
        }

        session.Control.Fill(_batch);
        session.Ready.TakeControl();
        while (_batch.HasRoom && session.Ready.TryTake(out var exchange, out var control))
        {
            if (control ? exchange.WriteControl(_batch) : exchange.WriteData(_batch))
            {
                _over.Add(exchange);
            }
        }

        if (_over.Count > 0)
        {
            // Before the peer can know it, and open others in their place.
            session.Leave(CollectionsMarshal.AsSpan(_over));
            _over.Clear();
        }

        return _batch.Count > 0;
    }

    private bool IsEstablished()
    {
        if (!_established && session.Peer is { } peer)
        {
            _batch.SetPayloadLimit(peer.PayloadBytes);
            _established = true;
        }

        return _established;
    }

    private ValueTask WriteAsync(Frame frame, CancellationToken abort)
    {
        _batch.Add(frame);
        return FlushAsync(abort);
    }

    private async ValueTask FlushAsync(CancellationToken abort)
    {
        session.Counters.CountOut(_batch.Count, _batch.Bytes);
        await stream.WriteAsync(_batch.Message, abort).ConfigureAwait(false);
        _batch.Clear();
    }
}
