using System.Collections.Concurrent;
using Asgiref.Core.Callables;
using Asgiref.Core.Callables.Transport;

namespace Asgiref.Core.Tests.Callables.Network;

/// <summary>
/// Simulated processes in one, with the routing that docs/protocol.md describes: an ancestor's process first, then that of the
/// thread context, then any. They share one thing that real ones do not: the process's thread for thread-sensitive calls.
/// </summary>
internal sealed class MemoryNetwork : IAsyncDisposable
{
    private readonly List<MemoryProcess> _processes = [];
    private readonly ConcurrentDictionary<(Guid Context, string Callable), MemoryProcess> _contexts = new();

    public IReadOnlyList<MemoryProcess> Processes => _processes;

    /// <summary>The contexts whose end was told.</summary>
    public ConcurrentQueue<Guid> EndedContexts { get; } = new();

    public MemoryProcess Add(CallableOptions? options = null)
    {
        var process = new MemoryProcess(this, options ?? new CallableOptions());
        _processes.Add(process);
        return process;
    }

    public MemoryProcess? Find(CallRequest request)
    {
        foreach (var step in request.Path.Reverse())
        {
            if (_processes.Find(process => process.Peer == step.Peer && Serves(process, request)) is { } ancestor)
            {
                return ancestor;
            }
        }

        return request.ThreadContext is { } context
            ? _contexts.GetOrAdd((context, request.Callable), _ => _processes.Find(process => Serves(process, request))!)
            : _processes.Find(process => Serves(process, request));
    }

    public void EndThreadContext(Guid context)
    {
        EndedContexts.Enqueue(context);
        _processes.ForEach(process => process.Registry.Host.EndThreadContext(context));
    }

    /// <summary>Nothing is left of any call, here or there.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.Registry.Host.DrainAsync().WithDeadline();
            await WaitUntil.HoldsAsync(() => process.Registry.Calls.Count == 0);
            Assert.Equal(0, process.Registry.Host.LiveCalls);
            Assert.All(process.Incoming, call => Assert.True(call.Ended.IsCompleted));
        }
    }

    private static bool Serves(MemoryProcess process, CallRequest request) =>
        process.IsConnected && process.Registry.FindLocal(request.Callable) is not null;
}
