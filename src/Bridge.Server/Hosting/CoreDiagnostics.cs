using Asgiref.Core.Sync.Diagnostics;
using Bridge.Server.Metrics;

namespace Bridge.Server.Hosting;

/// <summary>Brings what Asgiref.Core reports about calls between synchronous and asynchronous code into the log, from start to stop.</summary>
/// <remarks>Another bridge in the same process reports the same: the threads are the process's.</remarks>
internal sealed class CoreDiagnostics(BridgeHostingContext context, BridgeLimits limits) : IHostedService, IDisposable
{
    private BusyThreadWatch? _watch;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _watch = new BusyThreadWatch(new BusyThreadWatchOptions { Limit = limits.BusyThreadTime, Clock = context.Clock });
        _watch.ThreadBusy += ReportBusyThread;
        SyncDiagnostics.HandlerFailed += ReportFailure;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        SyncDiagnostics.HandlerFailed -= ReportFailure;
        _watch?.Dispose();
        _watch = null;
    }

    private void ReportBusyThread(object? sender, BusyThreadEventArgs report)
    {
        context.Metrics.Reached(Limit.BusyThreadTime);
        Log.ThreadBusy(context.Logger, report);
    }

    private void ReportFailure(object? sender, UnhandledExceptionEventArgs failure) =>
        Log.DiagnosticsListenerFailed(context.Logger, failure.ExceptionObject as Exception);
}
