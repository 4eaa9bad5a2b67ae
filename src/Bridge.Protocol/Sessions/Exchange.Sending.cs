using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <content>Sends, and the waits that are given up.</content>
internal sealed partial class Exchange
{
    internal void CancelSend(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _outbound.FailPending(new OperationCanceledException(cancellationToken));
        }
    }

    internal void CancelReceive(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _inbound.CancelPending(cancellationToken);
        }
    }

    private ValueTask Send(PayloadKind kind, ReadOnlyMemory<byte> data, bool more, bool owned, CancellationToken cancellationToken)
    {
        if (kind is not (PayloadKind.Event or PayloadKind.Body) || (more && kind == PayloadKind.Event))
        {
            throw new ArgumentException("Events, each whole, and parts of a body are sent.", nameof(kind));
        }

        if (Target.Call is not null && (IsOpener || kind != PayloadKind.Event))
        {
            throw new InvalidOperationException("Of a call, only the acceptor sends, and only events.");
        }

        if (kind == PayloadKind.Event && data.Length > PeerEventBytes)
        {
            _session.Counters.CountReached(SessionLimit.EventBytes);
            return ValueTask.FromException(new EventTooLargeException(data.Length, PeerEventBytes));
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        ValueTask sending;
        lock (_gate)
        {
            if (_ending is not null)
            {
                return ValueTask.FromException(new ExchangeEndedException(_ending));
            }

            if (_outbound.HasHole)
            {
                return ValueTask.FromException(new IncompleteSendException());
            }

            if (!_accepted && !IsOpener)
            {
                MarkAccepted();
            }

            sending = _outbound.Send(kind, data, more, owned);
        }

        _session.Ready.AddData(this);
        if (!sending.IsCompleted && cancellationToken.CanBeCanceled)
        {
            _outbound.Watch(this, cancellationToken);
        }

        return sending;
    }

    private bool SendLast(ReadOnlyMemory<byte> data, EndedKind? end)
    {
        if (IsOpener)
        {
            throw new InvalidOperationException("Only an acceptor knows what is last.");
        }

        if (data.Length > PeerEventBytes)
        {
            _session.Counters.CountReached(SessionLimit.EventBytes);
            throw new EventTooLargeException(data.Length, PeerEventBytes);
        }

        bool sent;
        lock (_gate)
        {
            sent = _ending is null && _outbound.TrySendLast(data);
            if (sent && !_accepted)
            {
                MarkAccepted();
            }

            if (end is { } kind)
            {
                EndLocked(kind, "");
            }
        }

        if (sent)
        {
            // The end goes right behind it.
            _session.Ready.AddData(this);
        }
        else if (end is not null)
        {
            _session.Ready.AddControl(this);
        }

        return sent;
    }
}
