namespace PdsReadonly.Cli;

/// <summary>What a command is given of its surroundings.</summary>
/// <param name="Output">Standard output: what was asked for, and nothing else.</param>
/// <param name="Error">Standard error: faults, warnings, how work goes on.</param>
/// <param name="IsTerminal">Whether a person looks at <paramref name="Error"/>.</param>
/// <param name="Time">The clock.</param>
internal sealed record CommandContext(
    TextWriter Output, TextWriter Error, bool IsTerminal, TimeProvider Time);
