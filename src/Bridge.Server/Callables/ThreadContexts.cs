using Bridge.Server.Metrics;

namespace Bridge.Server.Callables;

/// <summary>
/// Which processes the calls of each thread-sensitive context have gone to: a bounded table, whose entries end with the word
/// of their owner, with its session, or when no call has come for a while. Safe for concurrent use.
/// </summary>
internal sealed class ThreadContexts(CallContext context, CallableDirectory directory, IHostedCallables hosted)
{
    private readonly Dictionary<Guid, ThreadContext> _contexts = [];

    public int Count
    {
        get
        {
            lock (context.Workers.Gate)
            {
                return _contexts.Count;
            }
        }
    }

    /// <summary>A call of a context begins. Null when the table is full.</summary>
    public ThreadContext? Enter(Guid id, object? owner)
    {
        lock (context.Workers.Gate)
        {
            if (!_contexts.TryGetValue(id, out var known))
            {
                if (_contexts.Count >= context.Options.ThreadContexts)
                {
                    context.BridgeMetrics.Reached(Limit.ThreadContexts);
                    return null;
                }

                _contexts[id] = known = new ThreadContext(id);
            }

            known.Owner ??= owner;
            known.Live++;
            known.Idle?.Dispose();
            known.Idle = null;
            return known;
        }
    }

    /// <summary>It has ended.</summary>
    public void Leave(ThreadContext entered)
    {
        lock (context.Workers.Gate)
        {
            if (--entered.Live == 0 && _contexts.GetValueOrDefault(entered.Id) == entered)
            {
                entered.Idle = context.Clock.CreateTimer(
                    static state => ((Action)state!)(), () => OnIdle(entered), context.Options.ThreadContextIdleTime, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>The owner says that no call of the context comes any more. Anybody else's word does not count.</summary>
    public void End(Guid id, object owner)
    {
        ThreadContext? ended;
        lock (context.Workers.Gate)
        {
            if (!_contexts.TryGetValue(id, out ended) || ended.Owner != owner)
            {
                return;
            }

            _contexts.Remove(id);
        }

        Tell(ended);
    }

    /// <summary>A session has ended, and with it its contexts.</summary>
    public void OnOwnerEnded(object owner)
    {
        List<ThreadContext> ended;
        lock (context.Workers.Gate)
        {
            ended = [.. _contexts.Values.Where(known => known.Owner == owner)];
            ended.ForEach(known => _contexts.Remove(known.Id));
        }

        ended.ForEach(Tell);
    }

    private void OnIdle(ThreadContext idle)
    {
        lock (context.Workers.Gate)
        {
            if (idle.Live > 0 || _contexts.GetValueOrDefault(idle.Id) != idle)
            {
                return;
            }

            _contexts.Remove(idle.Id);
        }

        context.BridgeMetrics.Reached(Limit.ThreadContextIdleTime);
        Tell(idle);
    }

    private void Tell(ThreadContext ended)
    {
        ended.Idle?.Dispose();
        hosted.EndThreadContext(ended.Id);
        foreach (var session in ended.Homes.SelectMany(directory.SessionsOf))
        {
            session.Session.EndThreadContext(ended.Id);
        }
    }
}
