namespace PdsReadonly.Cli;

/// <summary>The version this program was built as.</summary>
internal static class ProgramVersion
{
    internal static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
