using Bridge.Server.Metrics;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Stateless;

/// <summary>
/// What a feed has for its connector, from its making until it is acknowledged: the events of applications, which wait for
/// room, and reports, which do not. Numbers everything. Safe for concurrent use.
/// </summary>
internal sealed class FeedOutbox(StatelessOptions options, FeedMetrics metrics, BridgeMetrics bridgeMetrics)
{
    /// <summary>What an item costs beside its bytes.</summary>
    private const int ItemCharge = 64;

    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiting = new();

    /// <summary>The items from <see cref="_forgotten"/> + 1 on, behind <see cref="_offset"/> entries that are past.</summary>
    private readonly List<Kept> _kept = [];
    private int _offset;
    private ulong _forgotten;
    private long _bytes;
    private bool _discards;
    private bool _forgetsWhatIsTaken;
    private TaskCompletionSource? _room;

    /// <summary>Called when there is something new to write. Must not wait.</summary>
    public Action Changed { get; set; } = static () => { };

    /// <summary>Watches how long it stays full. Called under the lock.</summary>
    public AcknowledgeWatch? Watch { get; set; }

    /// <summary>The number of the newest item.</summary>
    public ulong Last
    {
        get
        {
            lock (_gate)
            {
                return LastLocked;
            }
        }
    }

    /// <summary>The items up to this number are acknowledged and gone.</summary>
    public ulong Forgotten
    {
        get
        {
            lock (_gate)
            {
                return _forgotten;
            }
        }
    }

    /// <summary>Whether an event has to wait.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
            {
                return IsFullLocked;
            }
        }
    }

    private int Count => _kept.Count - _offset;

    private ulong LastLocked => _forgotten + (ulong)Count;

    private bool IsFullLocked => Count >= options.UnacknowledgedItems || _bytes >= options.UnacknowledgedBytes;

    /// <summary>Adds an event of an application, when there is room for it.</summary>
    /// <exception cref="OperationCanceledException">The wait was given up; the event is not added.</exception>
    public ValueTask SendAsync(string scopeId, V1.SendEvent message, int bytes, CancellationToken cancellationToken)
    {
        var item = new Kept(new V1.FeedOutputItem { ScopeId = scopeId, Event = message }, bytes + ItemCharge);
        Waiter? waiter = null;
        lock (_gate)
        {
            if (_discards)
            {
                metrics.DroppedItems(1);
                return ValueTask.CompletedTask;
            }

            if (_waiting.Count == 0 && !IsFullLocked)
            {
                Add(item);
            }
            else
            {
                waiter = new Waiter(item);
                _waiting.AddLast(waiter);
                bridgeMetrics.Reached(Count >= options.UnacknowledgedItems ? Limit.FeedUnacknowledgedItems : Limit.FeedUnacknowledgedBytes);
            }
        }

        if (waiter is not null)
        {
            return new ValueTask(WaitAsync(waiter, cancellationToken));
        }

        Changed();
        return ValueTask.CompletedTask;
    }

    /// <summary>Adds a report, at once: what it reports is bounded by what the connector may send.</summary>
    public void Report(V1.FeedOutputItem report)
    {
        lock (_gate)
        {
            if (_discards)
            {
                metrics.DroppedItems(1);
                return;
            }

            Add(new Kept(report, report.CalculateSize() + ItemCharge));
        }

        Changed();
    }

    /// <summary>Ends when an event would not have to wait.</summary>
    public Task WhenRoomAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!IsFullLocked || _discards)
            {
                return Task.CompletedTask;
            }

            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The connector has dealt with the items up to this number.</summary>
    /// <returns>False: there is no such item.</returns>
    public bool TryAcknowledge(ulong seq)
    {
        lock (_gate)
        {
            if (seq > LastLocked)
            {
                return false;
            }

            Forget(seq);
        }

        return true;
    }

    /// <summary>Puts the items behind <paramref name="position"/> into a message, as many as fit.</summary>
    /// <param name="position">The number of the last item that was put into one.</param>
    /// <param name="output">The message.</param>
    /// <param name="mostItems">Items at most.</param>
    /// <param name="mostBytes">Bytes after which no further item is added.</param>
    /// <returns>The number of the last item that is now.</returns>
    public ulong Take(ulong position, V1.FeedOutput output, int mostItems, int mostBytes)
    {
        lock (_gate)
        {
            var bytes = 0;
            while (position < LastLocked && output.Items.Count < mostItems && bytes < mostBytes)
            {
                var kept = _kept[_offset + (int)(position - _forgotten)];
                output.Items.Add(kept.Item);
                bytes += kept.Bytes;
                position++;
            }

            if (_forgetsWhatIsTaken)
            {
                Forget(position);
            }
        }

        return position;
    }

    /// <summary>From now on what is taken counts as acknowledged: the connector cannot do it any more.</summary>
    /// <param name="position">What was taken before.</param>
    public void ForgetWhatIsTaken(ulong position)
    {
        lock (_gate)
        {
            _forgetsWhatIsTaken = true;
            Forget(position);
        }
    }

    /// <summary>Drops everything that it has and will get: nobody comes for it any more.</summary>
    /// <returns>How much it had.</returns>
    public int Discard()
    {
        int had;
        lock (_gate)
        {
            _discards = true;
            had = Count + _waiting.Count;
            metrics.DroppedItems(had);
            foreach (var waiter in _waiting)
            {
                waiter.SetResult();
            }

            _waiting.Clear();
            Forget(LastLocked);
        }

        return had;
    }

    private async Task WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(_ => GiveUp(waiter, cancellationToken), null))
        {
            await waiter.Task.ConfigureAwait(false);
        }

        Changed();
    }

    private void GiveUp(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_waiting.Remove(waiter))
            {
                waiter.SetCanceled(cancellationToken);
            }
        }
    }

    private void Add(Kept kept)
    {
        kept.Item.Seq = LastLocked + 1;
        _kept.Add(kept);
        _bytes += kept.Bytes;
        metrics.Added();
        if (IsFullLocked)
        {
            Watch?.Filled();
        }
    }

    private void Forget(ulong seq)
    {
        if (seq <= _forgotten)
        {
            return;
        }

        for (; _forgotten < seq; _forgotten++)
        {
            _bytes -= _kept[_offset].Bytes;
            _kept[_offset++] = default;
        }

        if (_offset > _kept.Count / 2)
        {
            _kept.RemoveRange(0, _offset);
            _offset = 0;
        }

        while (_waiting.First is { } first && !IsFullLocked)
        {
            _waiting.RemoveFirst();
            Add(first.Value.Item);
            first.Value.SetResult();
        }

        Watch?.Progressed(IsFullLocked);
        if (!IsFullLocked)
        {
            _room?.TrySetResult();
            _room = null;
        }
    }

    private readonly record struct Kept(V1.FeedOutputItem Item, int Bytes);

    private sealed class Waiter(Kept item) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public Kept Item => item;
    }
}
