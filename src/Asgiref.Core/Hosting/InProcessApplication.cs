using Asgiref.Core.Scopes;

namespace Asgiref.Core.Hosting;

/// <summary>An application in the host's own process. Safe for concurrent use.</summary>
internal sealed class InProcessApplication(ApplicationDefinition definition, HostingContext context) : IApplication, IAsyncDisposable
{
    private static readonly Task<InstanceEnding> Stopping =
        Task.FromResult(new InstanceEnding(EndingKind.Refused, default, "The host is stopping.") { Cause = EndingCause.Draining });

    private static readonly Task<InstanceEnding> LeftBefore = Task.FromResult(new InstanceEnding(EndingKind.Disconnected, default));

    private readonly LiveInstances<InProcessInstance> _live = new(definition.MaxInstances);
    private readonly Task<InstanceEnding> _full = Task.FromResult(new InstanceEnding(
        EndingKind.Refused, default, $"Application {definition.Name} already runs {definition.MaxInstances} instances, its limit.")
    {
        Cause = EndingCause.Overloaded,
    });

    public string Name => definition.Name;

    /// <summary>Instances that may run at once.</summary>
    public int MaxInstances => definition.MaxInstances;

    public AsgiApplication Callable => definition.Callable;

    public HostingContext Context => context;

    public SendAfterDisconnect SendAfterDisconnect => definition.SendAfterDisconnect;

    public Lifespan Lifespan { get; } = new(definition, context);

    public Task<InstanceEnding> RunAsync(AsgiScope scope, IDriver driver)
    {
        // Before anything is made for an instance that gets no place; the admission itself comes after.
        if (_live.Look() is not Admission.Admitted and var refusal)
        {
            return Refuse(refusal);
        }

        if (Lifespan.State is { } state)
        {
            scope = scope with { State = new Dictionary<string, object?>(state) };
        }

        var instance = new InProcessInstance(this, scope, driver);
        var admission = _live.TryAdd(instance);
        if (admission != Admission.Admitted)
        {
            return Refuse(admission);
        }

        if (!driver.TryBegin())
        {
            _live.Remove(instance);
            return LeftBefore;
        }

        context.InstanceStarted();
        return instance.RunAsync();
    }

    /// <summary>Called by an instance when its application has really returned: its place is free.</summary>
    public void Ended(InProcessInstance instance, InstanceEnding ending)
    {
        _live.Remove(instance);
        context.InstanceEnded(Name, instance.Scope, ending);
    }

    /// <summary>Refuses new instances.</summary>
    /// <returns>A task that ends when the last running one has ended.</returns>
    public Task CloseAsync() => _live.CloseAsync();

    public IReadOnlyList<InProcessInstance> LiveInstances() => _live.Snapshot();

    public ValueTask DisposeAsync() => definition.Resource?.DisposeAsync() ?? ValueTask.CompletedTask;

    private Task<InstanceEnding> Refuse(Admission refusal)
    {
        context.InstanceRefused();
        if (refusal == Admission.Closed)
        {
            return Stopping;
        }

        context.Reached(HostingLimit.Instances);
        return _full;
    }
}
