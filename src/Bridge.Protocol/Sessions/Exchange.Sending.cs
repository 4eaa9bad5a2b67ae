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

        if (kind == PayloadKind.Event && data.Length > _peerEventBytes)
        {
            _session.Counters.CountReached(SessionLimit.EventBytes);
            return ValueTask.FromException(new EventTooLargeException(data.Length, _peerEventBytes));
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
}
