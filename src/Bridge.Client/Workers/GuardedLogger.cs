using Microsoft.Extensions.Logging;

namespace Bridge.Client.Workers;

/// <summary>
/// A logger that never throws: a provider, or the text of an application's own exception, may, and the worker goes on all
/// the same. What fails with an exception is logged again with only its type.
/// </summary>
internal sealed class GuardedLogger(ILogger inner) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return inner.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            return false;
        }
    }

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            // Without an exception there is nobody left to tell.
            if (exception is null)
            {
                return;
            }

            Log(logLevel, eventId, state, null, (state, _) => $"{formatter(state, null)}: {exception.GetType()}, which cannot be shown");
        }
    }
}
