using System.Diagnostics.CodeAnalysis;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// The exchanges that have something to write, each at most once in each of two queues: those with control due go
/// before those with data, both in the order in which they became ready. Bounded by the exchanges. Safe for concurrent
/// use; its lock is the innermost of a session.
/// </summary>
internal sealed class ReadyQueue(WriterSignal signal)
{
    private readonly Lock _gate = new();
    private readonly Queue<Exchange> _control = [];
    private readonly Queue<Exchange> _data = [];
    private bool _closed;

    /// <summary>
    /// Gives the exchange a turn for its control frames. The writer itself needs no <paramref name="wake"/>.
    /// </summary>
    public void AddControl(Exchange exchange, bool wake = true)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            if (!exchange.InControlQueue)
            {
                exchange.InControlQueue = true;
                _control.Enqueue(exchange);
            }
        }

        if (wake)
        {
            signal.Set();
        }
    }

    /// <summary>Gives the exchange a turn for a frame of data. False when the session has ended.</summary>
    public bool AddData(Exchange exchange, bool wake = true)
    {
        lock (_gate)
        {
            if (_closed || exchange.InDataQueue)
            {
                return !_closed;
            }

            exchange.InDataQueue = true;
            _data.Enqueue(exchange);
        }

        if (wake)
        {
            signal.Set();
        }
        return true;
    }

    /// <summary>The next turn.</summary>
    public bool TryTake([NotNullWhen(true)] out Exchange? exchange, out bool control)
    {
        lock (_gate)
        {
            control = _control.TryDequeue(out exchange);
            if (control)
            {
                exchange!.InControlQueue = false;
                return true;
            }

            if (_data.TryDequeue(out exchange))
            {
                exchange.InDataQueue = false;
                return true;
            }

            return false;
        }
    }

    /// <summary>Takes nothing more; gives back what waited for a turn of data.</summary>
    public Exchange[] Close()
    {
        lock (_gate)
        {
            _closed = true;
            _control.Clear();
            var waiting = _data.ToArray();
            _data.Clear();
            return waiting;
        }
    }
}
