using Bridge.Server.Grpc;
using Bridge.Server.Metrics;
using Grpc.Core;

namespace Bridge.Server.Workers.Serving;

/// <summary>
/// Writes the messages of one call, in the order in which they are given: the transport takes one at a time. Each sender
/// waits for its own, so that few are ever held. Safe for concurrent use.
/// </summary>
/// <param name="stream">The call's response stream.</param>
/// <param name="http">The call below it.</param>
/// <param name="broken">Called when a write has failed: the worker has gone.</param>
internal sealed class ServeWriter<TResponse>(IServerStreamWriter<TResponse> stream, HttpContext http, Action broken)
{
    private static readonly WriteOptions Hold = new(WriteFlags.BufferHint);

    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;

    /// <summary>Ends when the transport has taken everything so far. Never fails.</summary>
    public Task Idle
    {
        get
        {
            lock (_gate)
            {
                return _last;
            }
        }
    }

    /// <summary>Writes a message.</summary>
    /// <param name="message">Not changed by anybody from now on.</param>
    /// <param name="hold">Whether another one, or a flush, follows at once.</param>
    /// <returns>Ends when the transport has taken it. Never fails: a call that is broken takes everything.</returns>
    public Task WriteAsync(TResponse message, bool hold = false)
    {
        lock (_gate)
        {
            return _last = RunAsync(_last, () =>
            {
                stream.WriteOptions = hold ? Hold : null;
                return stream.WriteAsync(message);
            });
        }
    }

    /// <summary>Sends what is held.</summary>
    public Task FlushAsync()
    {
        lock (_gate)
        {
            return _last = RunAsync(_last, () => http.Response.BodyWriter.FlushAsync().AsTask());
        }
    }

    /// <summary>Waits for what is still being written; a worker that does not take it in time has its call reset.</summary>
    public async Task CloseAsync(GrpcOptions options, BridgeMetrics metrics, TimeProvider clock)
    {
        var last = Idle;
        if (!last.IsCompleted)
        {
            await last.WaitAsync(options.CloseTime, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!last.IsCompleted)
            {
                metrics.Reached(Limit.CallCloseTime);
                http.Abort();
                await last;
            }
        }
    }

    private async Task RunAsync(Task before, Func<Task> write)
    {
        try
        {
            if (!before.IsCompleted)
            {
                await before;
            }

            await write();
        }
        catch (Exception)
        {
            broken();
        }
    }
}
