namespace Bridge.Server.Hosting;

/// <summary>
/// A logger that never throws. A logging provider, or the text of an application's own exception, may; the end of an
/// instance and a stop go on all the same. What fails with an exception is logged again with only its type.
/// </summary>
internal sealed class GuardedLogger(ILogger inner) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!TryLog(logLevel, eventId, state, exception, formatter) && exception is not null)
        {
            TryLog(logLevel, eventId, state, null, (state, _) => $"{formatter(state, null)}: {exception.GetType()}, which cannot be shown");
        }
    }

    private bool TryLog<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }
}
