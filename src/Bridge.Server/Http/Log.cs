namespace Bridge.Server.Http;

/// <summary>
/// What the HTTP front logs; failures are reported by whoever runs the application. Targets are logged as they came,
/// still encoded, so that no line can be forged. Event ids 1100 to 1199.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1100, LogLevel.Debug, "{Method} {Target}: application {Application} ended as {Ending}: {Reason}")]
    public static partial void Ended(ILogger logger, string method, string target, string application, string ending, string? reason);
}
