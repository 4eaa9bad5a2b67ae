using Asgiref.Core;
using Asgiref.Core.Scopes;
using Bridge.Server.Instances;
using Bridge.Server.Metrics;

namespace Bridge.Server.Hosting;

/// <summary>An application in the bridge's own process. Safe for concurrent use.</summary>
internal sealed class InProcessApplication(HostedApplication hosted, HostingContext context) : IApplication, IAsyncDisposable
{
    private static readonly Task<InstanceEnding> Stopping =
        Task.FromResult(new InstanceEnding(EndingKind.Refused, default, "The bridge is stopping."));

    private readonly LiveInstances _live = new(hosted.MaxInstances);
    private readonly Task<InstanceEnding> _full = Task.FromResult(new InstanceEnding(
        EndingKind.Refused, default, $"Application {hosted.Name} already runs {hosted.MaxInstances} instances, its limit."));

    public string Name => hosted.Name;

    public ApplicationKind Kind => hosted.Kind;

    public AsgiApplication Callable => hosted.Callable;

    public HostingContext Context => context;

    public Lifespan Lifespan { get; } = new(hosted, context);

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

        context.Metrics.InstanceStarted();
        return instance.RunAsync();
    }

    /// <summary>Called by an instance when its application has really returned: its place is free.</summary>
    public void Ended(InProcessInstance instance, InstanceEnding ending)
    {
        _live.Remove(instance);
        context.Metrics.InstanceEnded(ending.Kind);
        var scope = instance.Scope;
        if (ending.Kind == EndingKind.Failed)
        {
            Log.ApplicationRaised(context.Logger, ending.Error!, Name, ScopeText.Of(scope));
        }
        else if (ending is { Kind: EndingKind.Finished, Reason: { } omission })
        {
            Log.ApplicationOmitted(context.Logger, Name, ScopeText.Of(scope), omission);
        }
        else if (ending.Error is { } error and not (ClientDisconnectedException or OperationCanceledException))
        {
            Log.ApplicationRaisedAfterDisconnect(context.Logger, error, Name, ScopeText.Of(scope));
        }
    }

    /// <summary>Refuses new instances.</summary>
    /// <returns>A task that ends when the last running one has ended.</returns>
    public Task CloseAsync() => _live.CloseAsync();

    public IReadOnlyList<InProcessInstance> LiveInstances() => _live.Snapshot();

    public ValueTask DisposeAsync() => hosted.Resource?.DisposeAsync() ?? ValueTask.CompletedTask;

    private Task<InstanceEnding> Refuse(Admission refusal)
    {
        context.Metrics.InstanceRefused();
        if (refusal == Admission.Closed)
        {
            return Stopping;
        }

        context.Metrics.Reached(Limit.Instances);
        return _full;
    }
}
