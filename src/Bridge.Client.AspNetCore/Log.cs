using Microsoft.Extensions.Logging;

namespace Bridge.Client.AspNetCore;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "Request {TraceIdentifier}: an unhandled exception was thrown by the application.")]
    public static partial void ApplicationRaised(ILogger logger, Exception error, string traceIdentifier);

    [LoggerMessage(2, LogLevel.Debug, "Request {TraceIdentifier}: the application ended with an error after the client had gone.")]
    public static partial void RaisedAfterAbort(ILogger logger, Exception error, string traceIdentifier);

    [LoggerMessage(3, LogLevel.Debug, "Request {TraceIdentifier}: refused with {Status}.")]
    public static partial void Rejected(ILogger logger, Exception error, string traceIdentifier, int status);
}
