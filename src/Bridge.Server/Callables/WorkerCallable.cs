using Bridge.Protocol.V1;
using Bridge.Server.Workers;

namespace Bridge.Server.Callables;

/// <summary>A callable that workers serve: each call gets a place on one of them. Safe for concurrent use.</summary>
internal sealed class WorkerCallable(string name, IPoolOwner owner, WorkerContext context) : PlacePool(name, owner, context)
{
    public override string Noun => "Callable";

    /// <summary>What it is, as its newest offer says. Under the lock of <see cref="WorkerContext"/>.</summary>
    public Callable Description { get; set; } = new() { Name = name };
}
