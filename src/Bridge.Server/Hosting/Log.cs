using Asgiref.Core.Sync.Diagnostics;

namespace Bridge.Server.Hosting;

/// <summary>What hosting reports. Event ids 1000 to 1099.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Error, "Application {Application} raised ({Scope})")]
    public static partial void ApplicationRaised(ILogger logger, Exception error, string application, string scope);

    [LoggerMessage(1001, LogLevel.Warning, "Application {Application} left its conversation open ({Scope}): {Omission}")]
    public static partial void ApplicationOmitted(ILogger logger, string application, string scope, string omission);

    [LoggerMessage(1002, LogLevel.Information, "Application {Application} raised after its client had gone ({Scope})")]
    public static partial void ApplicationRaisedAfterDisconnect(ILogger logger, Exception error, string application, string scope);

    [LoggerMessage(1003, LogLevel.Warning, "Let go of the client, but the application ignores its cancellation and keeps its place: {Instance}")]
    public static partial void CancellationIgnored(ILogger logger, string instance);

    [LoggerMessage(1004, LogLevel.Error, "Ending the calls of a driver raised: {Instance}")]
    public static partial void DriverRaised(ILogger logger, Exception error, string instance);

    [LoggerMessage(1010, LogLevel.Information, "Application {Application} has completed its lifespan startup")]
    public static partial void LifespanStarted(ILogger logger, string application);

    [LoggerMessage(1011, LogLevel.Information, "Application {Application} does not support lifespan: {Seen}")]
    public static partial void LifespanNotSupported(ILogger logger, string application, string seen);

    [LoggerMessage(1012, LogLevel.Error, "Application {Application} raised out of its lifespan")]
    public static partial void LifespanRaised(ILogger logger, Exception error, string application);

    [LoggerMessage(1013, LogLevel.Error, "Application {Application} failed to shut down: {Failure}")]
    public static partial void LifespanShutdownFailed(ILogger logger, string application, string failure);

    [LoggerMessage(1014, LogLevel.Warning, "Application {Application} has not answered lifespan.shutdown within {Seconds} s (Bridge:Limits:LifespanShutdownTime)")]
    public static partial void LifespanShutdownTimedOut(ILogger logger, string application, double seconds);

    [LoggerMessage(1015, LogLevel.Warning, "Application {Application} answered lifespan.shutdown but has not returned within {Seconds} s")]
    public static partial void LifespanStillRunning(ILogger logger, string application, double seconds);

    [LoggerMessage(1020, LogLevel.Information, "Stopping: {Instances} instances are running; waiting up to {Seconds} s")]
    public static partial void Draining(ILogger logger, int instances, double seconds);

    [LoggerMessage(1021, LogLevel.Warning, "The drain limit of {Seconds} s (Bridge:Limits:DrainTime) is over; ending {Instance}")]
    public static partial void DrainLimitReached(ILogger logger, double seconds, string instance);

    [LoggerMessage(1022, LogLevel.Error, "Stopping without waiting any longer for {Instance}")]
    public static partial void LeftBehind(ILogger logger, string instance);

    [LoggerMessage(1023, LogLevel.Information, "Drained: no instance is running")]
    public static partial void Drained(ILogger logger);

    [LoggerMessage(1030, LogLevel.Warning, "{Report} (Bridge:Limits:BusyThreadTime)")]
    public static partial void ThreadBusy(ILogger logger, BusyThreadEventArgs report);

    [LoggerMessage(1031, LogLevel.Error, "A listener for diagnostics of Asgiref.Core raised")]
    public static partial void DiagnosticsListenerFailed(ILogger logger, Exception? error);

    [LoggerMessage(1090, LogLevel.Error, "A listener for changes of readiness raised")]
    public static partial void ReadinessListenerFailed(ILogger logger, Exception error);
}
