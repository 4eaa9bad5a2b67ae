namespace Bridge.Server.Access;

/// <summary>What the guard of the gRPC services reports. Event ids 1290 to 1299.</summary>
internal static partial class Log
{
    [LoggerMessage(1290, LogLevel.Warning, "A call of {Method} from {Peer} was refused: {Fault}")]
    public static partial void Unauthenticated(ILogger logger, string method, string peer, string fault);
}
