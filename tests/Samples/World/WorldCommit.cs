using Atproto.Multiformats;

namespace Samples.World;

/// <summary>What became of one record.</summary>
/// <param name="Path">Collection, slash, record key.</param>
/// <param name="Cid">The record's; null when it was deleted.</param>
/// <param name="Prev">What it was before; null when it was created.</param>
public readonly record struct WorldOp(string Path, Cid? Cid, Cid? Prev);

/// <summary>One commit of a repo with all that a #commit says of it.</summary>
public sealed record WorldCommit
{
    public required string Did { get; init; }

    public required string Rev { get; init; }

    /// <summary>The rev before; null for the first commit.</summary>
    public required string? Since { get; init; }

    /// <summary>The tree's root before; null for the first commit.</summary>
    public required Cid? PrevData { get; init; }

    public required Cid Data { get; init; }

    /// <summary>The signed commit's block.</summary>
    public required SampleBlock Commit { get; init; }

    public required IReadOnlyList<WorldOp> Ops { get; init; }

    /// <summary>A CAR: the commit, the nodes it takes to undo it, the records.</summary>
    public required byte[] Blocks { get; init; }
}
