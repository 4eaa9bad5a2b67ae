using System.Diagnostics.CodeAnalysis;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// The open exchanges of a session by id, the ids given and seen, and the places taken. Safe for concurrent use.
/// </summary>
internal sealed class ExchangeTable(SessionRole role)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, Exchange> _open = [];
    private ulong _nextOwnId = role == SessionRole.Client ? 1UL : 2UL;
    // The reader's alone.
    private ulong _lastPeerId;
    private int _openedHere;
    private int _openedByPeer;
    private bool _closed;

    /// <summary>Places taken by exchanges opened here.</summary>
    public int OpenedHere => Volatile.Read(ref _openedHere);

    /// <summary>Places taken by exchanges that the peer opened.</summary>
    public int OpenedByPeer => Volatile.Read(ref _openedByPeer);

    /// <summary>The exchanges that are open at this moment.</summary>
    public Exchange[] Open
    {
        get
        {
            lock (_gate)
            {
                return [.. _open.Values];
            }
        }
    }

    /// <summary>Takes a place for an exchange opened here, if fewer than <paramref name="limit"/> are taken.</summary>
    public bool TryTakePlace(int limit)
    {
        lock (_gate)
        {
            if (_openedHere >= limit)
            {
                return false;
            }

            _openedHere++;
            return true;
        }
    }

    /// <summary>Gives back the place of an exchange that was not opened.</summary>
    public void ReleasePlace()
    {
        lock (_gate)
        {
            _openedHere--;
        }
    }

    /// <summary>Enters an exchange that the writer is about to open, and gives it its id. 0 when the session has ended.</summary>
    public ulong EnterOwn(Exchange exchange)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return 0;
            }

            var id = _nextOwnId;
            _nextOwnId += 2;
            _open.Add(id, exchange);
            return id;
        }
    }

    /// <summary>Enters an exchange that the peer has opened. False when the session has ended.</summary>
    public bool EnterPeers(Exchange exchange)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            _open.Add(exchange.Id, exchange);
            _openedByPeer++;
            return true;
        }
    }

    /// <summary>Notes the id of an <c>open</c> of the peer. False when it breaks the rules for ids. By the reader.</summary>
    public bool NotePeerId(ulong id)
    {
        if (IsOwn(id) || id <= _lastPeerId)
        {
            return false;
        }

        _lastPeerId = id;
        return true;
    }

    /// <summary>The open exchange of that id; if there is none, whether there ever was one. By the reader.</summary>
    public bool TryGet(ulong id, [NotNullWhen(true)] out Exchange? exchange, out bool wasOpened)
    {
        lock (_gate)
        {
            wasOpened = IsOwn(id) ? id < _nextOwnId : id <= _lastPeerId;
            return _open.TryGetValue(id, out exchange);
        }
    }

    /// <summary>
    /// Whether an exchange that is not over needs a call: one of the call's path, or, for the first call of a path, an
    /// instance. Looks at all exchanges.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="openedHere">Whose exchanges count: those opened here, or those that the peer opened.</param>
    public bool IsNeeded(CallTarget call, bool openedHere)
    {
        var ancestors = call.Path.Take(call.Path.Count - 1).Select(static step => step.Call).ToHashSet();
        lock (_gate)
        {
            return _open.Values.Any(exchange => exchange.IsOpener == openedHere && (exchange.Target.Call is { } open
                ? ancestors.Contains(open.Path[^1].Call)
                : ancestors.Count == 0));
        }
    }

    /// <summary>Takes exchanges that are over out and frees their places.</summary>
    public void Leave(ReadOnlySpan<Exchange> exchanges)
    {
        lock (_gate)
        {
            foreach (var exchange in exchanges)
            {
                _open.Remove(exchange.Id);
                if (exchange.IsOpener)
                {
                    _openedHere--;
                }
                else
                {
                    _openedByPeer--;
                }
            }
        }
    }

    /// <summary>Takes nothing more; gives what is open.</summary>
    public Exchange[] Close()
    {
        lock (_gate)
        {
            _closed = true;
            return [.. _open.Values];
        }
    }

    private bool IsOwn(ulong id) => (id % 2 == 1) == (role == SessionRole.Client);
}
