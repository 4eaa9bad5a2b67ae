using Grpc.Core;

namespace Bridge.Server.Workers.Serving;

/// <summary>What happens with calls of <c>Serve</c>. Event ids 1380 to 1399.</summary>
internal static partial class Log
{
    [LoggerMessage(1380, LogLevel.Information, "Call {Call} from {Peer}: a worker of application {Application} is here")]
    public static partial void Began(ILogger logger, string call, string peer, string application);

    [LoggerMessage(1381, LogLevel.Information, "Call {Call}: the worker of application {Application} has gone with {Status}: {Detail}")]
    public static partial void Ended(ILogger logger, string call, string application, StatusCode status, string detail);

    [LoggerMessage(1382, LogLevel.Warning, "Call {Call}: the worker of application {Application} was sent away with {Status}: {Detail}")]
    public static partial void SentAway(ILogger logger, string call, string application, StatusCode status, string detail);

    [LoggerMessage(1383, LogLevel.Warning, "A call of Serve from {Peer} was refused with {Status}: {Detail}")]
    public static partial void Refused(ILogger logger, string peer, StatusCode status, string detail);

    [LoggerMessage(1384, LogLevel.Debug, "Call {Call}: a message for instance {Instance} came late and is dropped")]
    public static partial void Late(ILogger logger, string call, ulong instance);

    [LoggerMessage(1385, LogLevel.Information, "Call {Call}: application {Application} does not support lifespan: {Seen}")]
    public static partial void LifespanNotSupported(ILogger logger, string call, string application, string seen);

    [LoggerMessage(1386, LogLevel.Warning, "Call {Call}: the shutdown of application {Application} failed: {Failure}")]
    public static partial void ShutdownFailed(ILogger logger, string call, string application, string failure);

    [LoggerMessage(1387, LogLevel.Error, "Call {Call} failed in the bridge")]
    public static partial void Failed(ILogger logger, Exception error, string call);

    [LoggerMessage(1388, LogLevel.Information, "Draining {Count} calls of Serve, for at most {Seconds} s")]
    public static partial void Closing(ILogger logger, int count, double seconds);
}
