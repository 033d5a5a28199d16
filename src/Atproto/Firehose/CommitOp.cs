using Atproto.Multiformats;

namespace Atproto.Firehose;

/// <summary>What a #commit claims to have done to a record.</summary>
public enum OpAction
{
    /// <summary>A word that is none of the three.</summary>
    Unknown,

    Create,
    Update,
    Delete,
}

/// <summary>One record that a #commit claims to have touched.</summary>
/// <param name="Action">What was done.</param>
/// <param name="Path">The key of the tree: collection, slash, record key; not checked.</param>
/// <param name="Cid">The record now; null when it was deleted.</param>
/// <param name="Prev">The record before; null for a new one, and from old hosts.</param>
public readonly record struct CommitOp(
    OpAction Action, ReadOnlyMemory<byte> Path, Cid? Cid, Cid? Prev);
