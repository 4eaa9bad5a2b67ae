namespace Bridge.Server.Sessions;

/// <summary>What sessions report. Event ids 1300 to 1349.</summary>
internal static partial class Log
{
    [LoggerMessage(1300, LogLevel.Debug, "Session {Session} from {Peer} has begun")]
    public static partial void Began(ILogger logger, string session, string peer);

    [LoggerMessage(1301, LogLevel.Debug, "Session {Session} has ended: {Reason}")]
    public static partial void Ended(ILogger logger, string session, string reason);

    [LoggerMessage(1302, LogLevel.Warning, "Session {Session} was broken off ({Kind}): {Reason}")]
    public static partial void Broken(ILogger logger, Exception? error, string session, string kind, string reason);

    [LoggerMessage(1303, LogLevel.Warning, "A session from {Peer} was refused: {Reason}")]
    public static partial void Refused(ILogger logger, string peer, string reason);

    [LoggerMessage(1304, LogLevel.Error, "An instance that session {Session} had opened could not be run")]
    public static partial void AcceptFailed(ILogger logger, Exception? error, string session);

    [LoggerMessage(1310, LogLevel.Information, "Closing {Count} sessions, for at most {Seconds} s")]
    public static partial void Closing(ILogger logger, int count, double seconds);
}
