using Asgiref.Core.Hosting;
using Bridge.Server.Endpoints;
using Bridge.Server.Instances;

namespace Bridge.Server.Hosting;

/// <summary>
/// The order of start and stop. Start: lifespans, then Kestrel listens, then ready. Stop: not ready, nobody new, instances
/// end, calls, sessions, lifespans, and Kestrel last, because it unbinds all endpoints together.
/// </summary>
internal sealed class HostingLifecycle(
    ApplicationDirectory directory,
    Readiness readiness,
    Drain drain,
    IRemoteApplications remote,
    IEnumerable<IOpenEndedDrivers> openEnded,
    ConnectionClosing connections,
    TimeProvider clock)
    : IHostedLifecycleService, IAsyncDisposable
{
    /// <summary>
    /// When Kestrel stops, it closes an HTTP/2 connection as soon as it counts no stream there, which may be before it has
    /// written the end of the last one; and a client that is still writing may see the closed connection instead of the
    /// status it was sent. So the ends of what was open get a moment to go out and to be read.
    /// </summary>
    private static readonly TimeSpan FarewellTime = TimeSpan.FromMilliseconds(250);

    private bool _stopped;
    private bool _lifespansStopped;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var application in directory.Applications)
        {
            await application.Lifespan.StartAsync(cancellationToken);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        readiness.Set(true);
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        readiness.Set(false);
        var instances = Task.WhenAll(
            [.. openEnded.Select(drivers => drivers.StopAsync()), drain.RunAsync(CancellationToken.None), remote.DrainAsync()]);
        var hadCalls = await remote.DrainCallsAsync(instances);
        var drained = await instances;
        var closed = await remote.CloseAsync();
        await StopLifespansAsync();
        if (closed || hadCalls || drained.Contains(true))
        {
            await Task.Delay(FarewellTime, clock, CancellationToken.None);
        }

        connections.Begin();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Also after a start that failed half-way: what has started up shuts down.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopLifespansAsync();
        foreach (var application in directory.Applications)
        {
            await application.DisposeAsync();
        }
    }

    private async Task StopLifespansAsync()
    {
        if (!_lifespansStopped)
        {
            _lifespansStopped = true;
            await Task.WhenAll(directory.Applications.Select(application => application.Lifespan.StopAsync()));
        }
    }
}
