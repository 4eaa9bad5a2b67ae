using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Server.Instances;

namespace Bridge.Server.Workers;

/// <summary>An application that workers serve: each instance gets a place on one of them. Safe for concurrent use.</summary>
internal sealed class WorkerApplication : PlacePool, IApplication
{
    private readonly LiveInstances<WorkerInstance> _live;

    public WorkerApplication(string name, IPoolOwner owner, WorkerContext context, LiveInstances<WorkerInstance> live)
        : base(name, owner, context)
    {
        _live = live;
        Mount = new MountedApplication(this, "/" + name);
    }

    public override string Noun => "Application";

    /// <summary>Where it is if no route says otherwise.</summary>
    public MountedApplication Mount { get; }

    public Task<InstanceEnding> RunAsync(AsgiScope scope, IDriver driver) => new WorkerInstance(this, _live, scope, driver).RunAsync();
}
