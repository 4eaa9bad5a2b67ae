using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Bridge.Protocol.V1;
using Bridge.Server.Metrics;
using Bridge.Server.Workers;

namespace Bridge.Server.Callables;

/// <summary>The callables that workers serve. Safe for concurrent use; what says so is under the lock of <see cref="WorkerContext"/>.</summary>
internal sealed class CallableDirectory
{
    private readonly CallContext _context;
    private readonly IHostedCallables _hosted;
    private readonly KnownPools<WorkerCallable> _callables;
    private readonly Dictionary<Guid, List<WorkerConnection>> _processes = [];

    public CallableDirectory(CallContext context, IHostedCallables hosted)
    {
        _context = context;
        _hosted = hosted;
        _callables = new KnownPools<WorkerCallable>(
            context.Workers,
            (name, owner) => new WorkerCallable(name, owner, context.Workers),
            context.Options.Callables,
            Limit.Callables,
            $"{CallableOptions.Section}:{nameof(CallableOptions.Callables)}",
            "callables",
            FrozenSet<string>.Empty);
    }

    /// <summary>How many names are known at a time.</summary>
    public int MostNames => _context.Options.Callables;

    public bool TryFind(string name, [NotNullWhen(true)] out WorkerCallable? callable) => _callables.TryFind(name, out callable);

    /// <summary>Whether the bridge hosts a callable of this name itself, so that no worker may serve it.</summary>
    public bool IsHosted(string name) => _hosted.Find(name) is not null;

    /// <summary>What the callable of a name is; unspecified if there is none.</summary>
    public CallableKind KindOf(string name)
    {
        if (_hosted.Find(name) is { } hosted)
        {
            return hosted.Description.Kind;
        }

        lock (_context.Workers.Gate)
        {
            return TryFind(name, out var callable) ? callable.Description.Kind : CallableKind.Unspecified;
        }
    }

    /// <summary>Gives the callable that a worker offers, a new one if need be. Under the lock.</summary>
    /// <returns>Why a worker may not serve it; null if it may.</returns>
    public string? TryEnter(Callable offered, out WorkerCallable? callable)
    {
        callable = null;
        if (IsHosted(offered.Name))
        {
            return "The bridge hosts a callable of this name itself.";
        }

        if (_callables.TryEnter(offered.Name, out callable) is { } refusal)
        {
            return refusal;
        }

        callable!.Description = offered;
        return null;
    }

    /// <summary>A session of a worker serves callables. Under the lock.</summary>
    public void Connect(WorkerConnection connection)
    {
        var sessions = _processes.TryGetValue(connection.Process, out var known) ? known : _processes[connection.Process] = [];
        if (!sessions.Contains(connection))
        {
            sessions.Add(connection);
        }
    }

    /// <summary>It has ended. Under the lock.</summary>
    public void Disconnect(WorkerConnection connection)
    {
        if (_processes.TryGetValue(connection.Process, out var sessions) && sessions.Remove(connection) && sessions.Count == 0)
        {
            _processes.Remove(connection.Process);
        }
    }

    /// <summary>The sessions of a process that serve a callable, or have served it; those that take new calls first.</summary>
    public IReadOnlyList<WorkerConnection> SessionsOf(Guid process, string callable)
    {
        lock (_context.Workers.Gate)
        {
            return _processes.TryGetValue(process, out var sessions)
                ? [.. sessions.Where(session => session.HasServed(callable)).OrderBy(session => session.Session.PeerDrains).ThenBy(session => session.Load)]
                : [];
        }
    }

    /// <summary>The sessions of a process.</summary>
    public IReadOnlyList<WorkerConnection> SessionsOf(Guid process)
    {
        lock (_context.Workers.Gate)
        {
            return _processes.TryGetValue(process, out var sessions) ? [.. sessions] : [];
        }
    }

    public void CountRefusedOffer() => _context.Metrics.OfferRefused();

    /// <summary>Ends the waits for a place, and gives none any more.</summary>
    public void Close()
    {
        lock (_context.Workers.Gate)
        {
            _callables.Close();
        }
    }

    /// <summary>What is going on, by the names of the callables.</summary>
    public IReadOnlyList<WorkerFigures> Figures()
    {
        lock (_context.Workers.Gate)
        {
            return [.. _callables.InOrder().Select(callable => callable.Figures)];
        }
    }

    /// <summary>What can be called now, by name.</summary>
    public IReadOnlyList<ListedCallable> List()
    {
        var hosted = _hosted.All.Select(callable => new ListedCallable { Callable = callable.Description, Hosted = true });
        lock (_context.Workers.Gate)
        {
            var served = _callables.InOrder().Where(callable => callable.ReadyWorkers > 0).Select(
                callable => new ListedCallable { Callable = callable.Description, Workers = (uint)callable.ReadyWorkers });
            return [.. hosted.Concat(served).OrderBy(listed => listed.Callable.Name, StringComparer.Ordinal)];
        }
    }
}
