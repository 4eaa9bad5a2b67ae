using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Callables;
using Bridge.Server.Instances;
using Bridge.Server.Metrics;
using Bridge.Server.Workers;
using Grpc.Core;
using Microsoft.Extensions.Options;
using SessionOptions = Bridge.Protocol.Sessions.SessionOptions;

namespace Bridge.Server.Sessions;

/// <summary>All sessions of the bridge, from their call to their end. Safe for concurrent use.</summary>
internal sealed class OpenSessions(
    IApplicationDirectory applications,
    WorkerDirectory workers,
    CallRouter calls,
    ThreadContexts threadContexts,
    SessionOptions options,
    IOptions<WorkerOptions> workerOptions,
    SessionMetrics metrics,
    BridgeMetrics bridgeMetrics,
    BridgeNode node,
    TimeProvider clock,
    ILogger<OpenSessions> logger)
{
    private readonly Lock _gate = new();
    private readonly HashSet<Session> _open = [];
    private readonly int _most = workerOptions.Value.Sessions;
    private long _names;
    private bool _closed;
    private TaskCompletionSource? _empty;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>Runs a session until it has ended and its stream is done with.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="peer">Who is at its other end, for the log.</param>
    /// <param name="callCancelled">Fires when the transport has lost the call.</param>
    /// <returns>The status of the call.</returns>
    public async Task<Status> RunAsync(IFrameStream stream, string peer, CancellationToken callCancelled)
    {
        var handler = new BridgeSession(applications, workers, calls, threadContexts, logger);
        var name = $"{node.ShortId}-{Interlocked.Increment(ref _names)}";
        var session = new Session(
            name, SessionRole.Server, new Hello { Node = node.Id }, stream, handler, options, clock, metrics.Counters);
        handler.Attach(session);
        if (Enter(session) is { } refusal)
        {
            Log.Refused(logger, peer, refusal.Detail);
            return refusal;
        }

        Log.Began(logger, name, peer);
        try
        {
            var running = session.RunAsync(callCancelled);
            var introducing = IntroduceAsync(session, handler);
            var ending = await session.Ended;
            await introducing;
            handler.OnEnded();
            Report(name, ending);
            await running;
            return SessionStatus.Of(ending);
        }
        finally
        {
            Leave(session);
        }
    }

    /// <summary>
    /// Refuses further sessions, drains those that are open, and waits until they have ended: at most DrainTime and
    /// CloseTime, by their own timers.
    /// </summary>
    /// <returns>Whether there were any.</returns>
    public async Task<bool> StopAsync()
    {
        Task ended;
        Session[] open;
        lock (_gate)
        {
            _closed = true;
            open = [.. _open];
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            ended = open.Length == 0 ? Task.CompletedTask : _empty.Task;
        }

        const string Reason = "The bridge is stopping.";
        Log.Closing(logger, open.Length, (options.DrainTime + options.CloseTime).TotalSeconds);
        foreach (var session in open)
        {
            if (session.Peer is null)
            {
                session.Close(GoodbyeCode.Done, Reason);
            }
            else
            {
                session.Drain(Reason);
            }
        }

        await ended;
        return open.Length > 0;
    }

    private static async Task IntroduceAsync(Session session, BridgeSession handler)
    {
        try
        {
            await session.Established;
        }
        catch (SessionEndedException)
        {
            return;
        }

        handler.Introduce();
    }

    private Status? Enter(Session session)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return new Status(StatusCode.Unavailable, "The bridge is stopping.");
            }

            if (_open.Count >= _most)
            {
                bridgeMetrics.Reached(Limit.Sessions);
                return new Status(
                    StatusCode.ResourceExhausted, $"{_most} sessions are open ({WorkerOptions.Section}:{nameof(WorkerOptions.Sessions)}).");
            }

            _open.Add(session);
            metrics.Opened();
            return null;
        }
    }

    private void Leave(Session session)
    {
        lock (_gate)
        {
            _open.Remove(session);
            metrics.Ended();
            if (_closed && _open.Count == 0)
            {
                _empty?.TrySetResult();
            }
        }
    }

    private void Report(string name, SessionEnding ending)
    {
        if (ending.Kind == SessionEndingKind.Goodbye)
        {
            Log.Ended(logger, name, ending.Reason);
        }
        else
        {
            Log.Broken(logger, ending.Exception, name, ending.Kind.ToString(), ending.Reason);
        }
    }
}
