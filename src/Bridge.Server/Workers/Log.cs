using Bridge.Protocol.V1;

namespace Bridge.Server.Workers;

/// <summary>What happens with workers. Event ids 1350 to 1399.</summary>
internal static partial class Log
{
    [LoggerMessage(1350, LogLevel.Information, "Session {Session}: worker {Worker} is here (process {Process}, slot {Slot})")]
    public static partial void Connected(ILogger logger, string session, string worker, Guid process, uint slot);

    [LoggerMessage(1351, LogLevel.Information, "Session {Session}: worker {Worker} has gone")]
    public static partial void Disconnected(ILogger logger, string session, string worker);

    [LoggerMessage(1352, LogLevel.Warning, "Session {Session}: worker {Worker} is sent away, a newer process has replaced its process {Process}")]
    public static partial void OlderProcess(ILogger logger, string session, string worker, Guid process);

    [LoggerMessage(1353, LogLevel.Information, "Session {Session}: worker {Worker} takes no new instances: {Reason}")]
    public static partial void WorkerDrains(ILogger logger, string session, string worker, string reason);

    [LoggerMessage(1354, LogLevel.Information, "Session {Session}: worker {Worker} has {State} application {Application}")]
    public static partial void Offered(ILogger logger, string session, string worker, OfferState state, string application);

    [LoggerMessage(1355, LogLevel.Warning, "Session {Session}: worker {Worker} may not serve application {Application}: {Reason}")]
    public static partial void OfferRefused(ILogger logger, string session, string worker, string application, string reason);

    [LoggerMessage(1356, LogLevel.Information, "{Noun} {Name} has no worker any more; it is remembered for {Seconds} s")]
    public static partial void Left(ILogger logger, string noun, string name, double seconds);

    [LoggerMessage(1357, LogLevel.Information, "{Noun} {Name} is forgotten: no worker has come back")]
    public static partial void Forgotten(ILogger logger, string noun, string name);

    [LoggerMessage(1360, LogLevel.Warning, "Session {Session}: an instance of application {Application} is lost ({Scope}): {Reason}")]
    public static partial void InstanceLost(ILogger logger, string session, string application, string scope, string? reason);

    [LoggerMessage(1361, LogLevel.Debug, "Session {Session} refused an instance of application {Application} ({Scope}): {Reason}")]
    public static partial void InstanceRefused(ILogger logger, string session, string application, string scope, string? reason);

    [LoggerMessage(1362, LogLevel.Error, "Session {Session}: an instance of application {Application} failed ({Scope}): {Reason}")]
    public static partial void InstanceFailed(ILogger logger, string session, string application, string scope, string? reason);

    [LoggerMessage(1363, LogLevel.Warning, "Session {Session}: application {Application} left its conversation open ({Scope}): {Omission}")]
    public static partial void InstanceOmitted(ILogger logger, string session, string application, string scope, string omission);

    [LoggerMessage(1364, LogLevel.Error, "An instance of application {Application} could not be given to a worker ({Scope})")]
    public static partial void RoutingFailed(ILogger logger, Exception error, string application, string scope);

    [LoggerMessage(1370, LogLevel.Warning, "The drain limit of {Seconds} s (Bridge:Limits:DrainTime) is over; ending {Instance}")]
    public static partial void DrainLimitReached(ILogger logger, double seconds, string instance);

    [LoggerMessage(1372, LogLevel.Information, "Stopping: {Count} instances run on workers; waiting up to {Seconds} s")]
    public static partial void Draining(ILogger logger, int count, double seconds);

    [LoggerMessage(1371, LogLevel.Error, "Stopping without waiting any longer for {Instance}")]
    public static partial void LeftBehind(ILogger logger, string instance);
}
