using Microsoft.Extensions.Logging;

namespace PdsReadonly.Cli;

/// <summary>Where the log goes: one line each to stderr, as journald and people like it.</summary>
internal static class Logging
{
    internal static void Configure(ILoggingBuilder builder)
    {
        builder.SetMinimumLevel(LogLevel.Information);
        builder.AddSimpleConsole(options => options.SingleLine = true);
        builder.AddConsole(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
