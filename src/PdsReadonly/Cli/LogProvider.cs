using Microsoft.Extensions.Logging;

namespace PdsReadonly.Cli;

/// <summary>
/// Puts what parts of the server report into the same log, and in the same form, as what the
/// command says: one line each, whose first word is error or warning where it is one.
/// </summary>
internal sealed class LogProvider(LogWriter log) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new LineLogger(log);

    public void Dispose()
    {
        // The log is not ours.
    }

    private sealed class LineLogger(LogWriter log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) =>
            logLevel is >= LogLevel.Information and < LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            string word = logLevel switch
            {
                LogLevel.Information => "",
                LogLevel.Warning => "warning: ",
                _ => "error: ",
            };
            string text = word + formatter(state, exception);
            if (exception is not null) text += ": " + exception;
            log.Report(text.ReplaceLineEndings(" "));
        }
    }
}
