using System.Diagnostics.CodeAnalysis;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// The turns of one kind in a <see cref="ReadyQueue"/>: those that wait, and those that the writer has taken. The writer's
/// alone are <see cref="IsEmpty"/> and <see cref="TryTake"/>; all else happens under the queue's lock.
/// </summary>
internal sealed class ReadyTurns(Turns kind)
{
    private List<Exchange> _waiting = [];
    private List<Exchange> _taken = [];
    private int _next;

    /// <summary>Whether each exchange that was taken has had its turn.</summary>
    public bool IsEmpty => _next == _taken.Count;

    /// <summary>Lets an exchange wait, if it does not yet. True if none waited.</summary>
    public bool Add(Exchange exchange)
    {
        if ((exchange.WaitsFor & kind) != 0)
        {
            return false;
        }

        exchange.WaitsFor |= kind;
        _waiting.Add(exchange);
        return _waiting.Count == 1;
    }

    /// <summary>Takes what waits, in place of what has had its turn.</summary>
    public void TakeWaiting()
    {
        _taken.Clear();
        _next = 0;
        (_taken, _waiting) = (_waiting, _taken);
        foreach (var exchange in _taken)
        {
            exchange.WaitsFor &= ~kind;
        }
    }

    /// <summary>The next turn.</summary>
    public bool TryTake([NotNullWhen(true)] out Exchange? exchange)
    {
        exchange = IsEmpty ? null : _taken[_next++];
        return exchange is not null;
    }

    /// <summary>Forgets what waits. Gives it, with all that was taken: the writer may be anywhere among them.</summary>
    public Exchange[] Close()
    {
        Exchange[] all = [.. _taken, .. _waiting];
        _waiting.Clear();
        return all;
    }
}
