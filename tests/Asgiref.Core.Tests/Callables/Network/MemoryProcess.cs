using System.Collections.Concurrent;
using Asgiref.Core.Callables;
using Asgiref.Core.Callables.Transport;

namespace Asgiref.Core.Tests.Callables.Network;

/// <summary>A simulated process: a registry of its own, and a way to those of the others.</summary>
internal sealed class MemoryProcess : ICallTransport
{
    private readonly MemoryNetwork _network;
    private readonly ConcurrentDictionary<MemoryCall, MemoryProcess> _outgoing = new();

    public MemoryProcess(MemoryNetwork network, CallableOptions options)
    {
        _network = network;
        Registry = new CallableRegistry(options);
        Route = new CallRoute(this);
        Registry.UseDefault(Route);
    }

    public Guid Peer { get; } = Guid.NewGuid();

    public CallableRegistry Registry { get; }

    public CallRoute Route { get; }

    /// <summary>Every call that came here, in order.</summary>
    public ConcurrentQueue<MemoryCall> Incoming { get; } = new();

    /// <summary>Whether other processes reach it, and it them.</summary>
    public bool IsConnected { get; private set; } = true;

    public void Send(IOutgoingCall call) => CarriedCall.Start(call, CarryAsync);

    public void EndThreadContext(Guid context) => _network.EndThreadContext(context);

    /// <summary>The connection is lost: everything pending on it fails on both sides, at once.</summary>
    public void Cut()
    {
        IsConnected = false;
        foreach (var process in _network.Processes)
        {
            foreach (var (call, callee) in process._outgoing.Where(pair => process == this || pair.Value == this))
            {
                call.Reset(new CallFailure(CallFailureKind.Lost, "The connection is lost."));
            }
        }

        Registry.Host.ThreadContexts.EndAll();
    }

    private async Task<CallOutcome> CarryAsync(IOutgoingCall outgoing, CancellationToken cancellationToken)
    {
        var request = outgoing.Request;
        if (!IsConnected || _network.Find(request) is not { } callee)
        {
            return CallOutcome.Failed(IsConnected
                ? new CallFailure(CallFailureKind.NotFound, $"Nobody has '{request.Callable}'.")
                : new CallFailure(CallFailureKind.Lost, "The connection is lost."));
        }

        var call = new MemoryCall(request, outgoing.TakesItems ? outgoing.TakeItemAsync : null);
        _outgoing[call] = callee;
        using var cancellation = cancellationToken.UnsafeRegister(
            static call => ((MemoryCall)call!).Reset(new CallFailure(CallFailureKind.Cancelled, "")), call);
        callee.Incoming.Enqueue(call);
        ThreadPool.UnsafeQueueUserWorkItem(static pair => pair.callee.Registry.Host.Run(pair.call), (callee, call), preferLocal: false);
        try
        {
            return await call.Outcome.ConfigureAwait(false);
        }
        finally
        {
            _outgoing.TryRemove(call, out _);
        }
    }
}
