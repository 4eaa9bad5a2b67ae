using Grpc.Core;

namespace Bridge.Server.Callables.Serving;

/// <summary>What happens with calls of <c>CallableService.Serve</c>. Event ids 1430 to 1449.</summary>
internal static partial class Log
{
    [LoggerMessage(1430, LogLevel.Information, "Call {Call} from {Peer}: a worker of callable {Callable} is here")]
    public static partial void Began(ILogger logger, string call, string peer, string callable);

    [LoggerMessage(1431, LogLevel.Information, "Call {Call}: the worker of callable {Callable} has gone with {Status}: {Detail}")]
    public static partial void Ended(ILogger logger, string call, string callable, StatusCode status, string detail);

    [LoggerMessage(1432, LogLevel.Warning, "Call {Call}: the worker of callable {Callable} was sent away with {Status}: {Detail}")]
    public static partial void SentAway(ILogger logger, string call, string callable, StatusCode status, string detail);

    [LoggerMessage(1433, LogLevel.Debug, "Call {Call}: a message for call {Number} came late and is dropped")]
    public static partial void Late(ILogger logger, string call, ulong number);
}
