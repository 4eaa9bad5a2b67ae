using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Hosting;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Callables;
using Bridge.Server.Instances;
using Bridge.Server.Metrics;

namespace Bridge.Server.Workers;

/// <summary>The applications that workers serve, and the workers. Safe for concurrent use.</summary>
internal sealed class WorkerDirectory : IApplicationDirectory
{
    private readonly IApplicationDirectory _hosted;
    private readonly WorkerContext _context;
    private readonly ExpectedApplications _expected;
    private readonly CallableDirectory _callables;
    private readonly KnownPools<WorkerApplication> _applications;
    private readonly ConcurrentDictionary<string, WorkerApplication>.AlternateLookup<ReadOnlySpan<char>> _byPart;
    private readonly WorkerProcesses _processes;

    /// <param name="hosted">Applications whose names no worker may offer.</param>
    /// <param name="expected">Applications that the configuration leaves to workers.</param>
    /// <param name="callables">The callables that workers serve.</param>
    /// <param name="context">What is shared.</param>
    public WorkerDirectory(IApplicationDirectory hosted, ExpectedApplications expected, CallableDirectory callables, WorkerContext context)
    {
        _callables = callables;
        _hosted = hosted;
        _expected = expected;
        _context = context;
        _applications = new KnownPools<WorkerApplication>(
            context,
            (name, owner) => new WorkerApplication(name, owner, context, Live),
            context.Options.Applications,
            Limit.WorkerApplications,
            $"{WorkerOptions.Section}:{nameof(WorkerOptions.Applications)}",
            "applications",
            expected.Names);
        _applications.AddExpected();
        _byPart = _applications.ByPart;
        _processes = new WorkerProcesses(context);
        context.Metrics.Show(Figures, () => _processes.Connections);
    }

    public IReadOnlyCollection<string> Names => _applications.Names;

    /// <summary>Everything that runs on workers or waits for one.</summary>
    public LiveInstances<WorkerInstance> Live { get; } = new(int.MaxValue);

    public bool TryFind(string name, [NotNullWhen(true)] out IApplication? application)
    {
        var found = _applications.TryFind(name, out var known);
        application = known;
        return found;
    }

    public MountedApplication? FindByPath(string path)
    {
        if (!_context.Options.Mount || !_applications.HasAny || path.Length < 2 || path[0] != '/')
        {
            return null;
        }

        // The longest name first: a name may have slashes.
        var rest = path.AsSpan(1);
        for (var end = Math.Min(rest.Length, HelloRules.MaxNameLength); end > 0; end = rest[..end].LastIndexOf('/'))
        {
            if ((end == rest.Length || rest[end] == '/') && _byPart.TryGetValue(rest[..end], out var known) && !_expected.HasRoute(known.Name))
            {
                return known.Mount;
            }
        }

        return null;
    }

    /// <summary>A session of a worker has been established.</summary>
    /// <returns>Null if a newer process has taken its place before: the session has been ended.</returns>
    public WorkerConnection? Connect(Session session, Worker worker)
    {
        var connection = new WorkerConnection(session, worker, this, _callables, _context);
        List<WorkerConnection> older;
        bool entered;
        lock (_context.Gate)
        {
            entered = _processes.TryEnter(connection, out older);
            foreach (var other in older)
            {
                other.Withdraw();
            }
        }

        if (!entered)
        {
            Log.OlderProcess(_context.Logger, session.Name, connection.Name, connection.Process);
            session.Close(GoodbyeCode.Replaced, $"A newer process of the worker {connection.Name} has taken its place.");
            return null;
        }

        Log.Connected(_context.Logger, session.Name, connection.Name, connection.Process, connection.Slot);
        foreach (var other in older)
        {
            Replace(other, connection);
        }

        return connection;
    }

    /// <summary>The session of a worker has ended.</summary>
    public void Disconnect(WorkerConnection connection)
    {
        lock (_context.Gate)
        {
            _processes.Leave(connection);
            connection.OnEnded();
        }

        Log.Disconnected(_context.Logger, connection.Session.Name, connection.Name);
    }

    /// <summary>Lets no instance in any more, and ends the waits for a place.</summary>
    /// <returns>A task that ends when the last instance has ended.</returns>
    public Task CloseAsync()
    {
        var ended = Live.CloseAsync();
        lock (_context.Gate)
        {
            _applications.Close();
        }

        return ended;
    }

    /// <summary>What is going on, by the names of the applications.</summary>
    public IReadOnlyList<WorkerFigures> Figures()
    {
        lock (_context.Gate)
        {
            return [.. _applications.InOrder().Select(application => application.Figures)];
        }
    }

    /// <summary>Whether an application of this name lives in the bridge itself, so that no worker may serve it.</summary>
    public bool IsHosted(string name) => _hosted.TryFind(name, out _);

    /// <summary>Gives the application of a name that a worker offers, a new one if need be. Under the lock.</summary>
    /// <returns>Why a worker may not serve it; null if it may.</returns>
    public string? TryEnter(string name, out WorkerApplication? application)
    {
        if (IsHosted(name))
        {
            application = null;
            return "The bridge hosts an application of this name itself.";
        }

        return _applications.TryEnter(name, out application);
    }

    private static void Replace(WorkerConnection older, WorkerConnection newer)
    {
        if (older.Process == newer.Process)
        {
            older.Session.Close(GoodbyeCode.Replaced, $"The session {newer.Session.Name} of the same process and slot has taken its place.");
        }
        else
        {
            older.Session.Drain($"A newer process of the worker {newer.Name} has taken its place.");
        }
    }
}
