using System.Runtime.CompilerServices;
using Bridge.Server.Metrics;

namespace Bridge.Server.Callables;

/// <summary>
/// Which processes the calls of each thread-sensitive context have gone to: a bounded table, whose entries end with the word
/// of their owner, with its session, or when no call has come for a while. As many ended ones are remembered, so that a call
/// which comes late does not make its context anew: it has the thread for itself, which ends with it. Safe for concurrent use.
/// </summary>
internal sealed class ThreadContexts(CallContext context, CallableDirectory directory, IHostedCallables hosted)
{
    private readonly Dictionary<Guid, ThreadContext> _contexts = [];

    /// <summary>Those that have ended, each with the process that may go on with it: its owner, if only a session was lost.</summary>
    private readonly Dictionary<Guid, Guid?> _ended = [];
    private readonly Queue<Guid> _endedInOrder = [];

    /// <summary>Nobody would end a context that a call of theirs makes now.</summary>
    private readonly ConditionalWeakTable<object, object> _endedOwners = [];

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
    /// <param name="id">The context.</param>
    /// <param name="owner">Who tells its end, if the call is the first of the context.</param>
    /// <param name="maker">The process that makes the call.</param>
    public ThreadContext? Enter(Guid id, object? owner, Guid maker)
    {
        lock (context.Workers.Gate)
        {
            var hasOwnerEnded = owner is not null && _endedOwners.TryGetValue(owner, out _);
            if (!_contexts.TryGetValue(id, out var known))
            {
                if (_ended.TryGetValue(id, out var mayGoOn) && mayGoOn != maker)
                {
                    return new ThreadContext(id, maker) { Live = 1 };
                }

                if (hasOwnerEnded)
                {
                    Note(id, mayGoOn: maker);
                    return new ThreadContext(id, maker) { Live = 1 };
                }

                if (_contexts.Count >= context.Options.ThreadContexts)
                {
                    context.BridgeMetrics.Reached(Limit.ThreadContexts);
                    return null;
                }

                _contexts[id] = known = new ThreadContext(id, maker);
            }

            known.Owner ??= hasOwnerEnded ? null : owner;
            known.Live++;
            known.Idle?.Dispose();
            known.Idle = null;
            return known;
        }
    }

    /// <summary>
    /// It has really ended: nothing of it runs. If its context ended before it, the processes are told again with the last one:
    /// it may have come there behind the first word, and made the context anew. If its owner goes on with it, they are told
    /// with the next end.
    /// </summary>
    public void Leave(ThreadContext entered)
    {
        lock (context.Workers.Gate)
        {
            if (--entered.Live > 0)
            {
                return;
            }

            if (_contexts.TryGetValue(entered.Id, out var known))
            {
                if (known != entered)
                {
                    known.Meet(entered.Met);
                    return;
                }

                entered.Idle = context.Clock.CreateTimer(
                    static state => ((Action)state!)(), () => OnIdle(entered), context.Options.ThreadContextIdleTime, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        Tell(entered);
    }

    /// <summary>
    /// The owner says that it has left the context. Anybody else's word does not count. A call of it may come later, also the
    /// first one.
    /// </summary>
    public void End(Guid id, object owner)
    {
        ThreadContext? ended;
        lock (context.Workers.Gate)
        {
            if (!_contexts.TryGetValue(id, out ended))
            {
                Note(id, mayGoOn: null);
                return;
            }

            if (ended.Owner != owner)
            {
                return;
            }

            Remove(ended, mayGoOn: null);
        }

        Tell(ended);
    }

    /// <summary>A session has ended, and with it its contexts.</summary>
    public void OnOwnerEnded(object owner)
    {
        List<ThreadContext> ended;
        lock (context.Workers.Gate)
        {
            _endedOwners.AddOrUpdate(owner, owner);
            ended = [.. _contexts.Values.Where(known => known.Owner == owner)];
            ended.ForEach(known => Remove(known, mayGoOn: known.Maker));
        }

        ended.ForEach(Tell);
    }

    /// <summary>Under the lock.</summary>
    private void Remove(ThreadContext ended, Guid? mayGoOn)
    {
        _contexts.Remove(ended.Id);
        Note(ended.Id, mayGoOn);
    }

    /// <summary>Under the lock.</summary>
    private void Note(Guid id, Guid? mayGoOn)
    {
        if (_ended.TryAdd(id, mayGoOn))
        {
            _endedInOrder.Enqueue(id);
            if (_endedInOrder.Count > context.Options.ThreadContexts)
            {
                _ended.Remove(_endedInOrder.Dequeue());
            }
        }
        else
        {
            _ended[id] = mayGoOn;
        }
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
        foreach (var session in ended.Met.SelectMany(directory.SessionsOf))
        {
            session.Session.EndThreadContext(ended.Id);
        }
    }
}
