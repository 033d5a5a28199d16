using PdsReadonly.Platform;

namespace PdsReadonly.Archive;

/// <summary>
/// Shares out the file descriptors a process may have: some for open repos, some for what the
/// program itself holds, and of the rest one half for connections, the other for the blobs they are
/// sent.
/// </summary>
internal sealed record DescriptorBudget(int Limit, int Loops)
{
    private const int OpenReposMax = 256;
    private const int OpenReposMin = 8;
    private const int DescriptorsPerRepo = 2;

    // With two descriptors a repo at most a quarter of all.
    private const int LimitPerRepo = 8;

    // Standard streams, listener, catalog and log, and files that are being loaded.
    private const int Reserve = 64;

    // What a loop waits with.
    private const int DescriptorsPerLoop = 2;
    private const int ConnectionsMin = 8;

    // errno(3), which .NET gives as HResult.
    private const int TooManyOpenFilesInSystem = 23;
    private const int TooManyOpenFiles = 24;

    internal int OpenRepos => Math.Clamp(Limit / LimitPerRepo, OpenReposMin, OpenReposMax);

    /// <summary>How many connections can be held at once, with a file for each of them.</summary>
    internal int Connections => Math.Max(ConnectionsMin, Left / 2);

    /// <summary>
    /// How many can be held at most, if an operator wants that: should all of them be sent a file
    /// at once, some of those cannot be opened.
    /// </summary>
    internal int ConnectionsMost => Math.Max(ConnectionsMin, Left);

    private int Left =>
        Limit - Reserve - (Loops * DescriptorsPerLoop) - (OpenRepos * DescriptorsPerRepo);

    internal static DescriptorBudget OfThisProcess() =>
        new(ProcessLimits.Descriptors(), Environment.ProcessorCount);

    /// <summary>Whether a file could not be opened for want of descriptors.</summary>
    internal static bool IsShortage(Exception exception) =>
        exception is IOException { HResult: TooManyOpenFiles or TooManyOpenFilesInSystem };
}
