using Asgiref.Core.Server;
using Grpc.Core;

namespace Bridge.Server.Stateless;

/// <summary>What happens with feeds. Event ids 1500 to 1519.</summary>
internal static partial class Log
{
    [LoggerMessage(1500, LogLevel.Information, "Call {Call} from {Peer}: the connector of feed {Feed} of application {Application} is here (resumed: {Resumed})")]
    public static partial void Began(ILogger logger, string call, string peer, string feed, string application, bool resumed);

    [LoggerMessage(1501, LogLevel.Information, "Call {Call}: the connector of feed {Feed} has gone with {Status}: {Detail}")]
    public static partial void Ended(ILogger logger, string call, string? feed, StatusCode status, string detail);

    [LoggerMessage(1502, LogLevel.Information, "Feed {Feed} of application {Application} has ended: {Kind}")]
    public static partial void FeedEnded(ILogger logger, string feed, string application, string kind);

    [LoggerMessage(1503, LogLevel.Warning, "Feed {Feed} of application {Application} ends without its connector; {Items} items for it are dropped")]
    public static partial void ItemsDropped(ILogger logger, string feed, string application, int items);

    [LoggerMessage(1504, LogLevel.Information, "Stopping: {Feeds} feeds are open")]
    public static partial void Closing(ILogger logger, int feeds);

    [LoggerMessage(1505, LogLevel.Error, "Call {Call} broke")]
    public static partial void Failed(ILogger logger, Exception error, string call);

    [LoggerMessage(1506, LogLevel.Error, "An instance of a feed broke in the bridge (scope of type {Scope})")]
    public static partial void InstanceBroke(ILogger logger, Exception error, string scope);

    [LoggerMessage(1507, LogLevel.Warning, "An instance of a feed (scope of type {Scope}) has not ended although it was told to ({Reason}, {Seconds} s old); it keeps its place")]
    public static partial void InstanceAbandoned(ILogger logger, string scope, DisconnectReason? reason, double seconds);
}
