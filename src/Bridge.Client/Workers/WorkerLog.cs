using Microsoft.Extensions.Logging;

namespace Bridge.Client.Workers;

/// <summary>What a worker reports. Event ids 2000 to 2099.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(2000, LogLevel.Error, "Application {Application} raised ({Scope})")]
    public static partial void ApplicationRaised(ILogger logger, Exception error, string application, string scope);

    [LoggerMessage(2001, LogLevel.Warning, "Application {Application} left its conversation open ({Scope}): {Omission}")]
    public static partial void ApplicationOmitted(ILogger logger, string application, string scope, string omission);

    [LoggerMessage(2002, LogLevel.Information, "Application {Application} raised after its client had gone ({Scope})")]
    public static partial void ApplicationRaisedAfterDisconnect(ILogger logger, Exception error, string application, string scope);

    [LoggerMessage(2003, LogLevel.Warning, "Let go of the client, but the application ignores its cancellation and keeps its place: {Instance}")]
    public static partial void CancellationIgnored(ILogger logger, string instance);

    [LoggerMessage(2004, LogLevel.Error, "Ending the calls of a driver raised: {Instance}")]
    public static partial void DriverRaised(ILogger logger, Exception error, string instance);

    [LoggerMessage(2005, LogLevel.Debug, "A call of {Callable} was refused ({Kind}): {Reason}")]
    public static partial void CallRefused(ILogger logger, string callable, string kind, string reason);

    [LoggerMessage(2006, LogLevel.Error, "The answer to a call of {Callable} could not be sent")]
    public static partial void TransportRaised(ILogger logger, Exception error, string callable);

    [LoggerMessage(2010, LogLevel.Information, "Application {Application} has completed its lifespan startup")]
    public static partial void LifespanStarted(ILogger logger, string application);

    [LoggerMessage(2011, LogLevel.Information, "Application {Application} does not support lifespan: {Seen}")]
    public static partial void LifespanNotSupported(ILogger logger, string application, string seen);

    [LoggerMessage(2012, LogLevel.Error, "Application {Application} raised out of its lifespan")]
    public static partial void LifespanRaised(ILogger logger, Exception error, string application);

    [LoggerMessage(2013, LogLevel.Error, "Application {Application} failed to shut down: {Failure}")]
    public static partial void LifespanShutdownFailed(ILogger logger, string application, string failure);

    [LoggerMessage(2014, LogLevel.Warning, "Application {Application} has not answered lifespan.shutdown within {Seconds} s (LifespanShutdownTime)")]
    public static partial void LifespanShutdownTimedOut(ILogger logger, string application, double seconds);

    [LoggerMessage(2015, LogLevel.Warning, "Application {Application} answered lifespan.shutdown but has not returned within {Seconds} s")]
    public static partial void LifespanStillRunning(ILogger logger, string application, double seconds);

    [LoggerMessage(2020, LogLevel.Information, "Draining: {Instances} instances are running; waiting up to {Seconds} s")]
    public static partial void Draining(ILogger logger, int instances, double seconds);

    [LoggerMessage(2021, LogLevel.Warning, "The drain time of {Seconds} s (DrainTime) is over; ending {Instance}")]
    public static partial void DrainLimitReached(ILogger logger, double seconds, string instance);

    [LoggerMessage(2022, LogLevel.Error, "Ending without waiting any longer for {Instance}")]
    public static partial void LeftBehind(ILogger logger, string instance);

    [LoggerMessage(2023, LogLevel.Information, "Drained: no instance is running")]
    public static partial void Drained(ILogger logger);

    [LoggerMessage(2024, LogLevel.Information, "The stop is in a hurry; ending {Instance}")]
    public static partial void DrainHurried(ILogger logger, string instance);

    [LoggerMessage(2030, LogLevel.Information, "Session {Session} is established with node {Node}")]
    public static partial void Established(ILogger logger, string session, string node);

    [LoggerMessage(2031, LogLevel.Warning, "Session {Session} ended: {Reason} Dialling again in {Seconds:F2} s")]
    public static partial void DialAgain(ILogger logger, string session, string reason, double seconds);

    [LoggerMessage(2032, LogLevel.Debug, "Session {Session} ended for the same reason again: {Reason} Dialling again in {Seconds:F2} s")]
    public static partial void DialAgainAsBefore(ILogger logger, string session, string reason, double seconds);

    [LoggerMessage(2033, LogLevel.Information, "The bridge drains session {Session}: {Reason} Dialling a new one in {Seconds:F2} s")]
    public static partial void BridgeDrains(ILogger logger, string session, string reason, double seconds);

    [LoggerMessage(2034, LogLevel.Information, "Session {Session}, which the bridge had drained, ended: {Reason}")]
    public static partial void DrainedSessionEnded(ILogger logger, string session, string reason);

    [LoggerMessage(2035, LogLevel.Error, "The bridge refused application {Application} on session {Session}: {Reason}")]
    public static partial void OfferRefused(ILogger logger, string application, string session, string reason);

    [LoggerMessage(2036, LogLevel.Error, "The bridge refused callable {Callable} on session {Session}: {Reason}")]
    public static partial void CallableRefused(ILogger logger, string callable, string session, string reason);

    [LoggerMessage(2040, LogLevel.Information, "Worker {Worker} ends: {Reason}")]
    public static partial void Ending(ILogger logger, string worker, string reason);

    [LoggerMessage(2041, LogLevel.Error, "Worker {Worker} fails ({Kind}): {Reason}")]
    public static partial void Failing(ILogger logger, Exception? error, string worker, WorkerError kind, string reason);

    [LoggerMessage(2090, LogLevel.Error, "A listener for changes of the worker's state raised")]
    public static partial void StateListenerFailed(ILogger logger, Exception error);
}
