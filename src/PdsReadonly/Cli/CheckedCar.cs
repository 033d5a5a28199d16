using Atproto.Car;
using Atproto.Repo;
using PdsReadonly.Archive;

namespace PdsReadonly.Cli;

/// <summary>What came of checking one file.</summary>
internal sealed record CheckedCar
{
    public required string Path { get; init; }

    /// <summary>The CAR's bytes, unpacked.</summary>
    public long Bytes { get; init; }

    public TimeSpan Elapsed { get; init; }

    /// <summary>Why the file is refused; null when all of it is right.</summary>
    public RepoFault? Fault { get; init; }

    /// <summary>Null when the file was refused before its commit was read.</summary>
    public Commit? Commit { get; init; }

    public RepoCounts Counts { get; init; } = new();

    /// <summary>Of a file whose tree is right.</summary>
    public RawFigures Raw { get; init; }

    /// <summary>Null when the tree was refused, so that the signature says nothing.</summary>
    public RepoIdentity? Identity { get; init; }

    /// <summary>What is odd about the file without making it wrong.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>
    /// Whether the file could not be read to its end, so that nothing is known of it.
    /// </summary>
    public bool IsUnread => Fault?.Code == nameof(CarError.ReadFailed);
}
