using System.Collections.Frozen;
using Asgiref.Core.Hosting;

namespace Bridge.Client.Workers;

/// <summary>
/// The applications of a worker, hosted in its process exactly as a bridge hosts its own: one lifespan each, for the
/// whole life of the worker. Safe for concurrent use.
/// </summary>
internal sealed class WorkerHost
{
    private readonly FrozenDictionary<string, InProcessApplication> _byName;
    private readonly Drain _drain;
    private volatile bool _open;

    public WorkerHost(IEnumerable<WorkerApplication> applications, HostingContext context)
    {
        Applications = [.. applications.Select(application => new InProcessApplication(Define(application), context))];
        _byName = Applications.ToFrozenDictionary(application => application.Name, StringComparer.Ordinal);
        _drain = new Drain(Applications, context, "The worker is stopping.");
    }

    public IReadOnlyList<InProcessApplication> Applications { get; }

    /// <summary>The application that takes instances under a name; null if there is none, or not yet.</summary>
    public IApplication? Find(string name) => _open && _byName.TryGetValue(name, out var application) ? application : null;

    /// <summary>Starts the applications up, one after the other.</summary>
    /// <exception cref="LifespanFailedException">One cannot start.</exception>
    /// <exception cref="OperationCanceledException">The start was given up.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var application in Applications)
        {
            await application.Lifespan.StartAsync(cancellationToken).ConfigureAwait(false);
        }

        _open = true;
    }

    /// <summary>Ends what runs and then shuts down what has started up. Never throws; bounded by the limits.</summary>
    /// <param name="calls">What else may need the applications until it ends; bounded by whoever made it.</param>
    /// <param name="hurry">Ends the wait for what runs.</param>
    public async Task StopAsync(Task calls, CancellationToken hurry)
    {
        await _drain.RunAsync(hurry).ConfigureAwait(false);
        await calls.ConfigureAwait(false);
        await Task.WhenAll(Applications.Select(application => application.Lifespan.StopAsync())).ConfigureAwait(false);
    }

    private static ApplicationDefinition Define(WorkerApplication application) => new(application.Name, application.Application)
    {
        MaxInstances = application.Options.MaxInstances,
        SendAfterDisconnect = application.Options.IgnoreSendAfterDisconnect ? SendAfterDisconnect.Ignore : SendAfterDisconnect.Raise,
        Lifespan = application.Options.Lifespan switch
        {
            WorkerLifespan.On => LifespanMode.On,
            WorkerLifespan.Off => LifespanMode.Off,
            _ => LifespanMode.Auto,
        },
    };
}
