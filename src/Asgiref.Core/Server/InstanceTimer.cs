namespace Asgiref.Core.Server;

/// <summary>
/// The one timer of an instance: first it watches for idleness, after the disconnect it measures the grace period and
/// then the time to obey the cancellation. Activity does not touch it: when it fires it looks how long the instance
/// has really been idle, and comes again for the rest.
/// </summary>
internal sealed class InstanceTimer<TScopeId>(ApplicationInstance<TScopeId> instance, StatelessServerOptions options)
    where TScopeId : notnull
{
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private Phase _phase = Phase.Active;

    private enum Phase
    {
        Active,
        Grace,
        Cancelled,
        Over,
    }

    public void Begin()
    {
        if (options.IdleTimeout is { } time)
        {
            lock (_gate)
            {
                Arm(time, Phase.Active);
            }
        }
    }

    public void BeginGrace()
    {
        lock (_gate)
        {
            Arm(options.GracePeriod, Phase.Grace);
        }
    }

    public void End()
    {
        lock (_gate)
        {
            _phase = Phase.Over;
            _timer?.Dispose();
        }
    }

    private void Elapsed(Phase over)
    {
        lock (_gate)
        {
            // A timer that was replaced may still fire; its phase is past then.
            if (_phase != over)
            {
                return;
            }

            switch (over)
            {
                case Phase.Active:
                    var rest = options.IdleTimeout!.Value - instance.IdleTime;
                    if (rest > TimeSpan.Zero)
                    {
                        Arm(rest, Phase.Active);
                        return;
                    }

                    break;
                case Phase.Grace:
                    // Armed first: a callback of the application may block the cancellation.
                    Arm(options.CancellationTime, Phase.Cancelled);
                    break;
                case Phase.Cancelled:
                    _phase = Phase.Over;
                    break;
            }
        }

        Act(over);
    }

    private void Act(Phase over)
    {
        switch (over)
        {
            case Phase.Active:
                instance.Leave(DisconnectReason.Idle);
                break;
            case Phase.Grace:
                instance.Cancel();
                break;
            case Phase.Cancelled:
                instance.Abandon();
                break;
        }
    }

    /// <summary>Called under the lock. Never goes back to an earlier phase.</summary>
    private void Arm(TimeSpan time, Phase phase)
    {
        if (_phase > phase)
        {
            return;
        }

        _phase = phase;
        _timer?.Dispose();

        // Whoever arms it acts for some other scope: its context is not this instance's.
        using (ExecutionContext.SuppressFlow())
        {
            _timer = options.Clock.CreateTimer(_ => Elapsed(phase), null, time, Timeout.InfiniteTimeSpan);
        }
    }
}
