using System.Diagnostics.CodeAnalysis;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// The exchanges that have something to write, each waiting at most once for a turn of control and once for a turn of data,
/// in the order in which they became ready. The writer takes all that wait at once and gives their turns from its own lists:
/// the threads that make exchanges ready meet it once a batch instead of at every frame. Bounded by the exchanges. Safe for
/// concurrent use, <see cref="TakeControl"/> and <see cref="TryTake"/> by the one writer; its lock is the innermost of a
/// session.
/// </summary>
internal sealed class ReadyQueue(WriterSignal signal)
{
    private readonly Lock _gate = new();
    private readonly ReadyTurns _control = new(Turns.Control);
    private readonly ReadyTurns _data = new(Turns.Data);
    private bool _closed;

    /// <summary>
    /// Gives the exchange a turn for its control frames. The writer itself needs no <paramref name="wake"/>.
    /// </summary>
    public void AddControl(Exchange exchange, bool wake = true) => Add(_control, exchange, wake);

    /// <summary>Gives the exchange a turn for a frame of data. False when the session has ended.</summary>
    public bool AddData(Exchange exchange, bool wake = true) => Add(_data, exchange, wake);

    /// <summary>Takes the control that is due, so that it goes before the data that waits for its turn. Before each batch.</summary>
    public void TakeControl()
    {
        if (_control.IsEmpty)
        {
            lock (_gate)
            {
                _control.TakeWaiting();
            }
        }
    }

    /// <summary>The next turn.</summary>
    public bool TryTake([NotNullWhen(true)] out Exchange? exchange, out bool control)
    {
        if (_control.IsEmpty && _data.IsEmpty)
        {
            lock (_gate)
            {
                _control.TakeWaiting();
                _data.TakeWaiting();
            }
        }

        control = _control.TryTake(out exchange);
        return control || _data.TryTake(out exchange);
    }

    /// <summary>Takes nothing more; gives back what waits for a turn of data, or may just have it.</summary>
    public Exchange[] Close()
    {
        lock (_gate)
        {
            _closed = true;
            _control.Close();
            return _data.Close();
        }
    }

    private bool Add(ReadyTurns turns, Exchange exchange, bool wake)
    {
        bool first;
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            first = turns.Add(exchange);
        }

        // For who comes behind the first, the writer is woken already, or has not taken the first yet.
        if (first && wake)
        {
            signal.Set();
        }

        return true;
    }
}
