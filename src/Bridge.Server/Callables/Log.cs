using Bridge.Protocol.V1;

namespace Bridge.Server.Callables;

/// <summary>What happens with calls. Event ids 1400 to 1449.</summary>
internal static partial class Log
{
    [LoggerMessage(1400, LogLevel.Warning, "A call of {Callable} from {Origin} is lost: {Reason}")]
    public static partial void CallLost(ILogger logger, string callable, string origin, string reason);

    [LoggerMessage(1401, LogLevel.Debug, "{Worker} refused a call of {Callable}: {Reason}")]
    public static partial void CallRefused(ILogger logger, string worker, string callable, string reason);

    [LoggerMessage(1402, LogLevel.Error, "A call of {Callable} could not be routed")]
    public static partial void RoutingFailed(ILogger logger, Exception error, string callable);

    [LoggerMessage(1403, LogLevel.Error, "The answer of the bridge's callable {Callable} could not be sent")]
    public static partial void AnswerFailed(ILogger logger, Exception error, string callable);

    [LoggerMessage(1410, LogLevel.Information, "Session {Session}: worker {Worker} has {State} callable {Callable}")]
    public static partial void Offered(ILogger logger, string session, string worker, OfferState state, string callable);

    [LoggerMessage(1411, LogLevel.Warning, "Session {Session}: worker {Worker} may not serve callable {Callable}: {Reason}")]
    public static partial void OfferRefused(ILogger logger, string session, string worker, string callable, string reason);

    [LoggerMessage(1412, LogLevel.Warning, "A registry of Bridge:Callables:Hosted has registered callable {Callable} later; it is not called, because another one has the name")]
    public static partial void HostedTwice(ILogger logger, string callable);

    [LoggerMessage(1420, LogLevel.Information, "Stopping: {Count} calls are under way; waiting up to {Seconds} s")]
    public static partial void Draining(ILogger logger, int count, double seconds);

    [LoggerMessage(1421, LogLevel.Warning, "The drain limit of {Seconds} s (Bridge:Limits:DrainTime) is over; ending the {Call}")]
    public static partial void DrainLimitReached(ILogger logger, double seconds, string call);

    [LoggerMessage(1422, LogLevel.Error, "Stopping without waiting any longer for the {Call}")]
    public static partial void LeftBehind(ILogger logger, string call);
}
