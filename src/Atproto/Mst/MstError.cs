using System.Diagnostics;

namespace Atproto.Mst;

/// <summary>
/// Why a tree is not the one Merkle Search Tree of its keys (https://atproto.com/specs/repository).
/// </summary>
public enum MstError
{
    None,

    /// <summary>Not strict DAG-CBOR, or not exactly the keys of a node.</summary>
    NodeMalformed,

    /// <summary>Larger than <see cref="MstLimits.NodeBytesMax"/>.</summary>
    NodeTooLarge,

    /// <summary>More than <see cref="MstLimits.EntriesMax"/> entries in one node.</summary>
    TooManyEntries,

    /// <summary>
    /// An entry shares more bytes with its predecessor than that one has, or the first any.
    /// </summary>
    PrefixTooLong,

    /// <summary>An entry repeats bytes that it should share with its predecessor.</summary>
    PrefixNotMaximal,

    /// <summary>A key that is no repo path: NSID, slash, record key.</summary>
    KeyNotPath,

    /// <summary>A key longer than <see cref="MstLimits.KeyBytesMax"/>.</summary>
    KeyTooLong,

    /// <summary>A key whose hash puts it on another layer than its node's.</summary>
    KeyOnWrongLayer,

    /// <summary>Keys not strictly increasing through the tree.</summary>
    KeysUnordered,

    /// <summary>A node that holds nothing, elsewhere than as the root of an empty repo.</summary>
    NodeEmpty,

    /// <summary>A root without entries above a subtree: it should have been trimmed.</summary>
    RootWithoutEntries,

    /// <summary>A subtree below layer zero.</summary>
    BelowLayerZero,

    /// <summary>Higher than <see cref="MstLimits.LayersMax"/>.</summary>
    TooHigh,

    /// <summary>The same node reached twice: a loop, or a malformed tree.</summary>
    NodeRepeated,

    /// <summary>A node that the tree refers to is not there.</summary>
    NodeMissing,

    /// <summary>A record that the tree refers to is not there.</summary>
    RecordMissing,

    /// <summary>More nodes than a <see cref="SparseTree"/> may hold.</summary>
    TooManyNodes,
}

/// <summary>The one place where a tree error becomes words.</summary>
public static class MstErrorText
{
    public static string Describe(this MstError error) => error switch
    {
        MstError.NodeMalformed => "node is not canonical DAG-CBOR of an MST node",
        MstError.NodeTooLarge => $"node is larger than {MstLimits.NodeBytesMax:N0} bytes",
        MstError.TooManyEntries => $"node has more than {MstLimits.EntriesMax:N0} entries",
        MstError.PrefixTooLong => "entry shares more bytes than its predecessor's key has",
        MstError.PrefixNotMaximal => "entry repeats bytes it should share with its predecessor",
        MstError.KeyNotPath => "key is not a repo path",
        MstError.KeyTooLong => $"key is longer than {MstLimits.KeyBytesMax:N0} bytes",
        MstError.KeyOnWrongLayer => "key belongs on another layer",
        MstError.KeysUnordered => "keys are not strictly increasing",
        MstError.NodeEmpty => "node holds nothing",
        MstError.RootWithoutEntries => "root has a subtree but no entries",
        MstError.BelowLayerZero => "subtree below layer zero",
        MstError.TooHigh => $"tree is higher than {MstLimits.LayersMax} layers",
        MstError.NodeRepeated => "node is reached twice",
        MstError.NodeMissing => "node is missing",
        MstError.RecordMissing => "record is missing",
        MstError.TooManyNodes => "more nodes than may be held",
        _ => throw new UnreachableException($"{error} has no words"),
    };
}
