using Atproto.Multiformats;
using Atproto.Syntax;

namespace PdsReadonly.Catalog;

/// <summary>A verified head, indexed and ready to be published.</summary>
internal sealed record RepoHead
{
    public required Did Did { get; init; }

    public required Tid Rev { get; init; }

    public required Cid Head { get; init; }

    public required SignatureState Signature { get; init; }

    public required IReadOnlyList<string> Collections { get; init; }

    /// <summary>The file blocks are read from: the one given, or its unpacked form.</summary>
    public required string CarPath { get; init; }

    public required string IndexPath { get; init; }

    public required SourceRecord Source { get; init; }

    public Handle? Handle { get; init; }

    /// <summary>The DID document as minified JSON, if there is one.</summary>
    public byte[]? Document { get; init; }

    /// <summary>The host that document or log name as the repo's PDS.</summary>
    public string? PdsHost { get; init; }

    /// <summary>Null when it has to be read from the CAR.</summary>
    public HeadContent? Content { get; init; }
}

/// <summary>What is told of a head beyond its name.</summary>
/// <param name="CommitBlock">The commit's block; empty when the CAR cannot be read.</param>
/// <param name="Records">How many records.</param>
internal readonly record struct HeadContent(ReadOnlyMemory<byte> CommitBlock, long Records);

/// <summary>What is known of a file that was read: enough not to read it again.</summary>
internal sealed record SourceRecord
{
    public required string Path { get; init; }

    public required string Fingerprint { get; init; }

    public string? Did { get; init; }

    public string? Rev { get; init; }

    public string? Head { get; init; }

    /// <summary>Why the file is not served, in one line; null when it is sound.</summary>
    public string? Fault { get; init; }
}

/// <summary>What became of a head that was to be published.</summary>
internal enum PublishVerdict
{
    Published,

    /// <summary>Another file holds the same head: nothing to do.</summary>
    SameHead,

    /// <summary>Another file holds a higher rev, which wins.</summary>
    OlderRev,

    /// <summary>Another file holds the same rev with another head: one of them is wrong.</summary>
    RevConflict,

    /// <summary>Later than the clock allows: never replaces a head that is served.</summary>
    RevInFuture,
}
