using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Asgiref.Core.Sync;
using Asgiref.Core.Tests.Stress.Expecting;

namespace Asgiref.Core.Tests.Stress.Running;

/// <summary>
/// The threads and loops of one flow, by the places of its model: the first body that runs at a place says which thread it
/// is, all later ones must be on the same.
/// </summary>
/// <param name="nodes">How many nodes the flow has.</param>
internal sealed class FlowThreads(int nodes)
{
    private static readonly ConcurrentDictionary<Thread, FlowThreads> OfContexts = new();
    private static readonly ConditionalWeakTable<EventLoop, LoopOwner> OwnerOfLoop = new();
    private static Thread? OfProcess;

    private readonly Thread?[] _blocked = new Thread?[nodes];
    private readonly Thread?[] _started = new Thread?[nodes];
    private readonly Thread?[] _contexts = new Thread?[nodes];
    private readonly EventLoop?[] _loops = new EventLoop?[nodes];

    /// <summary>To be called by the thread that is about to block in the node's AsyncToSync.</summary>
    public void WillBlock(int node) => _blocked[node] = Thread.CurrentThread;

    /// <summary>To be called by the thread that the node has started.</summary>
    public void Started(int node) => _started[node] = Thread.CurrentThread;

    /// <summary>To be called before the node's ThreadSensitiveContext gives its thread back.</summary>
    public void LeaveContext(int node)
    {
        if (_contexts[node] is { } thread)
        {
            OfContexts.TryRemove(thread, out _);
        }
    }

    /// <summary>Whether the running code is where it should be.</summary>
    public bool IsAt(Place place)
    {
        var thread = Thread.CurrentThread;
        if (place.Kind is PlaceKind.Any)
        {
            return true;
        }

        if (place.Kind is PlaceKind.Loop)
        {
            return EventLoop.Current is { } loop && IsLoop(place.Node, loop);
        }

        return EventLoop.Current is null && place.Kind switch
        {
            PlaceKind.Pool => thread.IsThreadPoolThread,
            PlaceKind.OwnExecutor => OwnExecutor.IsCurrent,
            PlaceKind.SensitiveThread => !thread.IsThreadPoolThread && (Interlocked.CompareExchange(ref OfProcess, thread, null) ?? thread) == thread,
            PlaceKind.SensitiveContext => IsContext(place.Node, thread),
            PlaceKind.BlockedCaller => _blocked[place.Node] == thread,
            _ => _started[place.Node] == thread,
        };
    }

    /// <summary>Where the running code is, for a message.</summary>
    public static string Describe()
    {
        var thread = Thread.CurrentThread;
        return $"thread {thread.ManagedThreadId} \"{thread.Name}\"{(thread.IsThreadPoolThread ? " of the pool" : "")}" +
            $"{(OwnExecutor.IsCurrent ? " of the own executor" : "")}{(thread == OfProcess ? ", the sensitive one" : "")}" +
            $"{(EventLoop.Current is null ? "" : ", on a loop")}";
    }

    /// <summary>No two contexts that live at the same time share a thread (TSC-02).</summary>
    private bool IsContext(int node, Thread thread)
    {
        var known = Interlocked.CompareExchange(ref _contexts[node], thread, null);
        return known is null
            ? !thread.IsThreadPoolThread && thread != OfProcess && OfContexts.TryAdd(thread, this)
            : known == thread;
    }

    /// <summary>A place has one loop, and a loop has one place.</summary>
    private bool IsLoop(int node, EventLoop loop) =>
        (Interlocked.CompareExchange(ref _loops[node], loop, null) ?? loop) == loop &&
        OwnerOfLoop.GetValue(loop, _ => new LoopOwner(this, node)) == new LoopOwner(this, node);

    private sealed record LoopOwner(FlowThreads Flow, int Node);
}
