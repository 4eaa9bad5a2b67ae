namespace Bridge.Server.WebSockets;

/// <summary>
/// What the WebSocket front logs; failures are reported by whoever runs the application. Targets are logged as they
/// came, still encoded, so that no line can be forged. Event ids 1300 to 1399.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1300, LogLevel.Debug, "WebSocket {Target}: application {Application} ended as {Ending}: {Reason}")]
    public static partial void Ended(ILogger logger, string target, string application, string ending, string? reason);
}
