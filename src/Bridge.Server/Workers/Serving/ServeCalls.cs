using Asgiref.Core.Hosting;
using Bridge.Server.Grpc;
using Bridge.Server.Metrics;
using Grpc.Core;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Workers.Serving;

/// <summary>All calls of <c>Serve</c>, from their begin to their end. Safe for concurrent use.</summary>
internal sealed class ServeCalls(ServeContext shared) : IServeCalls
{
    private const string Stopping = "The bridge is stopping.";

    private readonly Lock _gate = new();
    private readonly HashSet<IServeCall> _open = [];
    private readonly int _most = shared.Workers.Options.ServeCalls;
    private long _names;
    private bool _closed;
    private TaskCompletionSource? _empty;

    /// <summary>How long <see cref="StopAsync"/> may take, without the last writes.</summary>
    public static TimeSpan LongestStop(HostingLimits limits) =>
        limits.GraceTime + limits.CancellationTime + limits.LifespanShutdownTime;

    public Task<Status> RunAsync(
        IAsyncStreamReader<V1.ApplicationServiceServeRequest> requests,
        IServerStreamWriter<V1.ApplicationServiceServeResponse> responses,
        ServerCallContext context) =>
        RunAsync(name => new ServeCall(name, shared, requests, responses, context), context);

    /// <summary>Serves one call to its end. Never throws for what the worker does.</summary>
    /// <param name="make">Makes the call of a name.</param>
    /// <param name="context">What gRPC says of it.</param>
    public async Task<Status> RunAsync(Func<string, IServeCall> make, ServerCallContext context)
    {
        var call = make($"{shared.Node.ShortId}-serve-{Interlocked.Increment(ref _names)}");
        if (Enter(call) is { } refusal)
        {
            Log.Refused(shared.Logger, context.Peer, refusal.StatusCode, refusal.Detail);
            return refusal;
        }

        try
        {
            return await call.RunAsync();
        }
        finally
        {
            Leave(call);
        }
    }

    /// <summary>Refuses further calls, drains those that are open, and waits until they have ended, within a bounded time.</summary>
    /// <returns>Whether there were any.</returns>
    public async Task<bool> StopAsync()
    {
        Task ended;
        IServeCall[] open;
        lock (_gate)
        {
            _closed = true;
            open = [.. _open];
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            ended = open.Length == 0 ? Task.CompletedTask : _empty.Task;
        }

        var limit = LongestStop(shared.Limits);
        Log.Closing(shared.Logger, open.Length, limit.TotalSeconds);
        foreach (var call in open)
        {
            call.Drain(Stopping);
        }

        await ended.WaitAsync(limit, shared.Clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!ended.IsCompleted)
        {
            foreach (var call in open)
            {
                call.End(new Status(StatusCode.Unavailable, Stopping));
            }

            await ended;
        }

        return open.Length > 0;
    }

    private Status? Enter(IServeCall call)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return new Status(StatusCode.Unavailable, Stopping);
            }

            if (_open.Count >= _most)
            {
                shared.BridgeMetrics.Reached(Limit.ServeCalls);
                return new Status(
                    StatusCode.ResourceExhausted, $"{_most} calls of Serve are open ({WorkerOptions.Section}:{nameof(WorkerOptions.ServeCalls)}).");
            }

            _open.Add(call);
            shared.Metrics.Opened();
            return null;
        }
    }

    private void Leave(IServeCall call)
    {
        lock (_gate)
        {
            _open.Remove(call);
            shared.Metrics.Ended();
            if (_closed && _open.Count == 0)
            {
                _empty?.TrySetResult();
            }
        }
    }
}
