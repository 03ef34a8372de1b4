using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace AdServer.Tests;

/// <summary>One entry of the log of a host.</summary>
internal sealed record LogEntry(LogLevel Level, string Category, string Message, Exception? Exception);

/// <summary>Keeps what a host logs, so that a test can read it.</summary>
internal sealed class CapturedLog : ILoggerProvider
{
    private readonly ConcurrentQueue<LogEntry> entries = new();

    public IReadOnlyList<LogEntry> Entries => [.. entries];

    /// <summary>What a person is to look at: warnings and worse, but that access is open, as hosts of tests mostly are.</summary>
    public IReadOnlyList<LogEntry> Warnings =>
        [.. entries.Where(entry => entry.Level >= LogLevel.Warning && !entry.Category.EndsWith(nameof(AdServer.Web.OpenAccessGuard), StringComparison.Ordinal))];

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, entries);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, ConcurrentQueue<LogEntry> entries) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            entries.Enqueue(new LogEntry(logLevel, category, formatter(state, exception), exception));
    }
}
