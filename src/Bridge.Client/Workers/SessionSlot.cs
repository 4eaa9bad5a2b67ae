namespace Bridge.Client.Workers;

/// <summary>
/// One place for a session with one address: dials, and dials again when the session has ended or its bridge drains,
/// until the worker ends. One loop, the slot's own.
/// </summary>
internal sealed class SessionSlot(WorkerSessions sessions, WorkerParts parts, string address, int number)
{
    /// <summary>Sessions of bridges that drain, beside the newest one; with the next one the oldest is closed.</summary>
    private const int MaxDrained = 8;

    private readonly Backoff _backoff = new(parts.Options.Reconnection, parts.Random.Next);
    private readonly List<(WorkerSession Session, Task Run)> _drained = [];
    private string? _lastReason;

    public string Address => address;

    public int Number => number;

    /// <summary>The session that was dialled last. Guarded by the worker's sessions.</summary>
    public WorkerSession? Newest { get; set; }

    /// <summary>Ends when the worker drains and the last session is over, or when dialling again does not help. Never throws.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && await ServeAsync(stop).ConfigureAwait(false) is { } delay)
        {
            await Task.Delay(delay, parts.Options.TimeProvider, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(_drained.Select(drained => drained.Run)).ConfigureAwait(false);
    }

    /// <summary>One session, until it is over or drained by its bridge.</summary>
    /// <returns>How long to wait before the next one; null: there is none.</returns>
    private async Task<TimeSpan?> ServeAsync(CancellationToken stop)
    {
        WorkerSession? session;
        try
        {
            session = await sessions.DialAsync(this).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            return Again($"{number} at {address}", SessionVerdict.Of(error));
        }

        if (session is null)
        {
            return null;
        }

        var running = RunAsync(session);
        if (await EstablishedAsync(session).ConfigureAwait(false))
        {
            await UseAsync(session, running).ConfigureAwait(false);
            if (!running.IsCompleted)
            {
                return Drained(session, running, await session.PeerDrains.ConfigureAwait(false));
            }
        }

        var verdict = await running.ConfigureAwait(false);
        if (stop.IsCancellationRequested)
        {
            return null;
        }

        if (verdict.Error is not null || verdict.Replaced)
        {
            sessions.EndWorker(verdict);
            return null;
        }

        return Again(session.Name, verdict);
    }

    private async Task<SessionVerdict> RunAsync(WorkerSession session)
    {
        var verdict = await session.RunAsync().ConfigureAwait(false);
        sessions.Ended(session);
        return verdict;
    }

    private async Task<bool> EstablishedAsync(WorkerSession session)
    {
        await ((Task)session.Established).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!session.IsEstablished)
        {
            return false;
        }

        sessions.Established(session);
        WorkerLog.Established(parts.Logger, session.Name, (await session.Established.ConfigureAwait(false)).Node);
        return true;
    }

    private async Task UseAsync(WorkerSession session, Task running)
    {
        var since = parts.Options.TimeProvider.GetTimestamp();
        parts.Metrics.SessionEstablished();
        var over = Task.WhenAny(running, session.PeerDrains);
        var confirmed = session.ConfirmAsync();
        if (await Task.WhenAny(confirmed, over).ConfigureAwait(false) == confirmed && confirmed.IsCompletedSuccessfully)
        {
            parts.States.SessionUsable();
            await over.ConfigureAwait(false);
            parts.States.SessionUnusable();
        }

        await over.ConfigureAwait(false);
        parts.Metrics.SessionEnded();
        _backoff.Lasted(parts.Options.TimeProvider.GetElapsedTime(since));
        _lastReason = null;
    }

    private TimeSpan Drained(WorkerSession session, Task<SessionVerdict> running, string reason)
    {
        _drained.RemoveAll(drained => drained.Run.IsCompleted);
        if (_drained.Count == MaxDrained)
        {
            _drained[0].Session.Close("Too many sessions of this slot drain.");
        }

        _drained.Add((session, EndAsync()));
        var delay = _backoff.Next();
        WorkerLog.BridgeDrains(parts.Logger, session.Name, reason, delay.TotalSeconds);
        return delay;

        async Task EndAsync()
        {
            var verdict = await running.ConfigureAwait(false);
            WorkerLog.DrainedSessionEnded(parts.Logger, session.Name, verdict.Reason);
        }
    }

    private TimeSpan Again(string name, SessionVerdict verdict)
    {
        var delay = _backoff.Next();
        if (verdict.Reason != _lastReason)
        {
            WorkerLog.DialAgain(parts.Logger, name, verdict.Reason, delay.TotalSeconds);
            _lastReason = verdict.Reason;
        }
        else
        {
            WorkerLog.DialAgainAsBefore(parts.Logger, name, verdict.Reason, delay.TotalSeconds);
        }

        return delay;
    }
}
