using Grpc.Core;

namespace Bridge.Server.Grpc;

internal static partial class Log
{
    [LoggerMessage(1200, LogLevel.Information, "A call of Run was refused with {Status}: {Detail}")]
    public static partial void RunRefused(ILogger logger, StatusCode status, string detail);

    [LoggerMessage(1201, LogLevel.Information, "The driver of application {Application} was disconnected with {Status}: {Detail}")]
    public static partial void DriverWrong(ILogger logger, string application, StatusCode status, string detail);
}
