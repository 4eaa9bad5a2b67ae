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

    [LoggerMessage(4, LogLevel.Information, "Serving \"{Application}\" through the bridge at {Address}.")]
    public static partial void Serving(ILogger logger, string application, string address);

    [LoggerMessage(5, LogLevel.Warning, "Nothing listens on {Addresses}: the application is served through a bridge.")]
    public static partial void AddressesIgnored(ILogger logger, string addresses);

    [LoggerMessage(6, LogLevel.Warning, "The bridge will send no more requests ({Kind}): {Reason} The host stops.")]
    public static partial void WorkerEnded(ILogger logger, string kind, string reason);

    [LoggerMessage(7, LogLevel.Critical, "The application cannot be served, the host stops. {Error}")]
    public static partial void WorkerFailed(ILogger logger, string error);
}
