using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Bridge.Server.Tests;

/// <summary>Keeps what was logged, so that a test can ask for it.</summary>
internal sealed class TestLog : ILoggerProvider
{
    public ConcurrentQueue<(string Category, LogLevel Level, EventId Id, string Message)> Entries { get; } = new();

    /// <summary>Makes every entry raise, as a provider may that has lost its disk.</summary>
    public bool Fails { get; set; }

    public IEnumerable<string> Messages => Entries.Select(entry => entry.Message);

    public IEnumerable<string> Errors => Entries.Where(entry => entry.Level >= LogLevel.Error).Select(entry => entry.Message);

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Category(TestLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (log.Fails)
            {
                throw new IOException("The disk is full.");
            }

            log.Entries.Enqueue((name, logLevel, eventId, formatter(state, exception) + (exception is null ? "" : $" | {exception.Message}")));
        }
    }
}
