namespace PdsReadonly.Cli;

/// <summary>What the process says when it ends.</summary>
internal static class ExitCode
{
    internal const int Done = 0;

    /// <summary>The answer is no: a file that does not verify.</summary>
    internal const int No = 1;

    internal const int WrongUsage = 2;

    /// <summary>Something outside of us is missing or broken: a port, a folder.</summary>
    internal const int CannotRun = 3;
}
