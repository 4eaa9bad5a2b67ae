using Asgiref.Core.Callables.Incoming;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Sync.Flow;
using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Sync;

/// <summary>
/// Gives the thread-sensitive calls of a flow a thread of their own instead of the process's one: one request, one
/// thread, many requests in parallel (TSC-01, TSC-02).
/// </summary>
/// <remarks>
/// <para><c>await using var context = ThreadSensitiveContext.Enter();</c> It follows the flow into created tasks. A
/// synchronous frame at the bottom of the flow wins over it (TSC-12). Inside another one it does nothing: the outermost
/// counts (TSC-03).</para>
/// <para>Calls may come from any thread and from many at once: they run on the context's thread one at a time, in the order
/// they came. Anything else keeps the threads it has.</para>
/// <para>Its thread is taken with the first call, which throws a <see cref="ThreadLimitException"/> if there are too many
/// (<see cref="SyncLimits.MaxThreads"/>). A context that is never disposed gives it back when it is collected.</para>
/// </remarks>
public sealed class ThreadSensitiveContext : IAsyncDisposable
{
    private readonly bool _isOutermost;
    private ContextTravel? _travel;
    private int _disposed;

    private ThreadSensitiveContext(SerialWorker worker, bool isOutermost)
    {
        Worker = worker;
        _isOutermost = isOutermost;
        if (!isOutermost)
        {
            GC.SuppressFinalize(this);
        }
    }

    /// <summary>Gives the thread of a forgotten context back (TSC-10).</summary>
    ~ThreadSensitiveContext()
    {
        _ = Worker.CompleteAsync();
        _travel?.End();
    }

    /// <summary>The thread of the context; a context inside another has that one's.</summary>
    internal SerialWorker Worker { get; }

    /// <summary>Enters a context, until it is disposed in the same method.</summary>
    public static ThreadSensitiveContext Enter() => Enter(WorkerThreads.Shared);

    /// <summary>Gives each instance of an application a context of its own, as Django gives one to each request (TSC-13).</summary>
    /// <param name="application">Called in the context, which ends with it.</param>
    public static AsgiApplication PerInstance(AsgiApplication application)
    {
        ArgumentNullException.ThrowIfNull(application);
        return async (scope, receive, send) =>
        {
            var context = Enter();
            await using (context.ConfigureAwait(false))
            {
                await application(scope, receive, send).ConfigureAwait(false);
            }
        };
    }

    /// <inheritdoc cref="Enter()"/>
    /// <param name="threads">Lends the thread.</param>
    /// <param name="maxQueuedCalls">Calls that may wait for it.</param>
    internal static ThreadSensitiveContext Enter(DedicatedThreadCache threads, int maxQueuedCalls = SyncLimits.MaxQueuedCalls)
    {
        var flow = SyncFlow.Current;
        if (flow.SensitiveContext is { } outer)
        {
            return new ThreadSensitiveContext(outer.Worker, isOutermost: false);
        }

        var context = new ThreadSensitiveContext(new SerialWorker(threads, maxQueuedCalls), isOutermost: true);
        SyncFlow.Current = flow with { SensitiveContext = context };
        return context;
    }

    /// <summary>A context of another process, whose calls run here: whoever keeps it ends it.</summary>
    /// <param name="id">Its id, wherever it travels.</param>
    internal static ThreadSensitiveContext OfPeer(Guid id) =>
        new(new SerialWorker(WorkerThreads.Shared), isOutermost: false) { _travel = new ContextTravel(id) };

    /// <summary>The id under which the context is known to the process that a call goes to; made with the first such call.</summary>
    /// <param name="transport">Carries the call; is told when the context ends, if it is one of this process.</param>
    /// <param name="contexts">Finds the context again when a call comes back with its id.</param>
    internal Guid TravelBy(ICallTransport transport, ThreadContextTable contexts)
    {
        var travel = _travel;
        if (travel is null)
        {
            travel = new ContextTravel(this);
            travel = Interlocked.CompareExchange(ref _travel, travel, null) ?? travel;
        }

        travel.Goes(transport, contexts);
        if (Volatile.Read(ref _disposed) != 0)
        {
            // A task that was left behind in it makes its first call to another process: nobody would end it there.
            travel.End();
        }

        return travel.Id;
    }

    /// <summary>
    /// Leaves the context at once, so that later code does not use it (TSC-09); then waits, without any thread, for the
    /// calls it still has and gives its thread back (TSC-05, TSC-06). There is no limit to that wait, because the calls are
    /// the flow's own; whoever stops waiting leaves them to end by themselves (TSC-08). May be called more than once.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        if (!_isOutermost || Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return ValueTask.CompletedTask;
        }

        GC.SuppressFinalize(this);
        if (SyncFlow.Current.SensitiveContext == this)
        {
            SyncFlow.Current = SyncFlow.Current with { SensitiveContext = null };
        }

        _travel?.End();
        return new ValueTask(Worker.CompleteAsync());
    }
}
