using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <content>Drains, from either side.</content>
internal sealed partial class Session
{
    private readonly Lock _drainGate = new();
    private ITimer? _drainTimer;
    private ulong _drainPing;
    private bool _drainWasRead;
    private volatile bool _draining;
    private volatile bool _peerDrains;

    /// <summary>Whether this side refuses what the peer opens from now on, except calls that something needs which was opened here.</summary>
    public bool IsDraining => _draining;

    /// <summary>Whether the peer takes no new exchange, except calls that something needs which it has opened.</summary>
    public bool PeerDrains => _peerDrains;

    /// <summary>
    /// Refuses every exchange that the peer opens later, except the calls that something needs which was opened here and is not
    /// over; lets what runs go on for DrainTime, and then says goodbye.
    /// Ends at once; <see cref="Ended"/> tells when it is done. A second call does nothing.
    /// </summary>
    public void Drain(string reason)
    {
        lock (_drainGate)
        {
            if (_draining || Ending is not null)
            {
                return;
            }

            _draining = true;
            Control.Drain(ReasonText.Limit(reason));
            _drainPing = Control.Ping();
            _drainTimer = _time.CreateTimer(static session => ((Session)session!).OnDrainTime(), this, Options.DrainTime, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Whether the peer takes it: it does not drain, or has itself opened what needs the call.</summary>
    internal bool PeerTakes(in ExchangeTarget target) =>
        !_peerDrains || (target.Call is { } call && Table.IsNeeded(call, openedHere: false));

    private bool Takes(OpenExchange open) =>
        !_draining || (open.Call is { } call && Table.IsNeeded(call, openedHere: true));

    internal void OnPeerDrains(string reason)
    {
        _peerDrains = true;
        Handler.PeerDrains(reason);
    }

    internal void OnPong(ulong number)
    {
        if (!Control.WasPinged(number))
        {
            throw new SessionBrokenException($"A pong {number} answers no ping.");
        }

        lock (_drainGate)
        {
            _drainWasRead |= _draining && number >= _drainPing;
        }

        Confirm(number);
    }

    /// <summary>Says goodbye when a drain is done: the peer has read it, and nothing is open or waits for its answer.</summary>
    internal void CheckDrained()
    {
        if (!_draining)
        {
            return;
        }

        lock (_drainGate)
        {
            if (!_drainWasRead || Table.OpenedHere + Table.OpenedByPeer + Control.PendingAnswers > 0)
            {
                return;
            }
        }

        Close(GoodbyeCode.Done, "Drained.");
    }

    private void OnDrainTime()
    {
        Counters.CountReached(SessionLimit.DrainTime);
        var left = Table.OpenedHere + Table.OpenedByPeer;
        Close(GoodbyeCode.Done, $"The drain time of {Options.DrainTime} has passed; {left} exchanges were open.");
    }

    private void StopDrainTime()
    {
        lock (_drainGate)
        {
            _drainTimer?.Dispose();
        }
    }
}
