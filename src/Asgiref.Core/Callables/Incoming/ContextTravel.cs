using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Sync;

namespace Asgiref.Core.Callables.Incoming;

/// <summary>
/// The id of a thread-sensitive context that has gone out with a call, and who is to be told of its end. Safe for concurrent
/// use.
/// </summary>
internal sealed class ContextTravel
{
    private readonly Lock _gate = new();

    // Weak, because a context may outlive many connections.
    private readonly List<WeakReference<ICallTransport>> _transports = [];
    private readonly List<ThreadContextTable> _tables = [];
    private readonly WeakReference<ThreadSensitiveContext>? _own;
    private WeakReference<ICallTransport>? _last;
    private bool _ended;

    /// <summary>The travel of a context of this process.</summary>
    public ContextTravel(ThreadSensitiveContext own)
    {
        Id = Guid.NewGuid();
        _own = new WeakReference<ThreadSensitiveContext>(own);
    }

    /// <summary>The travel of another process's context, which goes on under its own id; its owner tells of its end.</summary>
    public ContextTravel(Guid id) => Id = id;

    public Guid Id { get; }

    /// <summary>Notes that a call takes the context along. Behind its end, whoever carries the call hears of that at once.</summary>
    public void Goes(ICallTransport transport, ThreadContextTable contexts)
    {
        if (_own is null || (_last is { } last && last.TryGetTarget(out var same) && same == transport))
        {
            return;
        }

        if (!TryAdd(transport, contexts, _own))
        {
            transport.EndThreadContext(Id);
        }
    }

    /// <summary>Tells everybody that the context has ended.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (_ended || _own is null)
            {
                return;
            }

            _ended = true;
        }

        _tables.ForEach(table => table.RemoveOwn(Id));
        foreach (var each in _transports)
        {
            if (each.TryGetTarget(out var transport))
            {
                transport.EndThreadContext(Id);
            }
        }
    }

    private bool TryAdd(ICallTransport transport, ThreadContextTable contexts, WeakReference<ThreadSensitiveContext> own)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return false;
            }

            _transports.RemoveAll(each => !each.TryGetTarget(out var known) || known == transport);
            _last = new WeakReference<ICallTransport>(transport);
            _transports.Add(_last);
            if (!_tables.Contains(contexts))
            {
                _tables.Add(contexts);
                contexts.AddOwn(Id, own);
            }

            return true;
        }
    }
}
