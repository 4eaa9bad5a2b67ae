using Bridge.Server.Hosting;
using Bridge.Server.Metrics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Bridge.Server.Endpoints;

/// <summary>
/// Ends the connections that a stop leaves over. Kestrel asks its clients to go and then waits for as long as the host
/// lets it; a call that has not even named its application, or a client that does not read, would use all of that.
/// </summary>
internal sealed class ConnectionClosing(BridgeLimits limits, BridgeMetrics metrics, TimeProvider clock) : IDisposable
{
    private readonly CancellationTokenSource _over = new();
    private ITimer? _timer;

    /// <summary>Gives every connection the rest of its time; called when no instance is left.</summary>
    public void Begin() => _timer ??= clock.CreateTimer(
        static over => _ = ((CancellationTokenSource)over!).CancelAsync(), _over, limits.ConnectionCloseTime, Timeout.InfiniteTimeSpan);

    /// <summary>Watches the connections of an endpoint.</summary>
    public void Attach(ListenOptions listen) => listen.Use(next => async connection =>
    {
        using (_over.Token.UnsafeRegister(connection => Abort((ConnectionContext)connection!), connection))
        {
            await next(connection);
        }
    });

    public void Dispose()
    {
        _timer?.Dispose();
        _over.Dispose();
    }

    private void Abort(ConnectionContext connection)
    {
        metrics.Reached(Limit.ConnectionCloseTime);
        connection.Abort(new ConnectionAbortedException("The bridge is stopping."));
    }
}
