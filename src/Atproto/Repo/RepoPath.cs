using Atproto.Syntax;

namespace Atproto.Repo;

/// <summary>A key of the tree: collection, slash, record key.</summary>
public static class RepoPath
{
    /// <summary>
    /// The longest legal path: an NSID of 317, a slash, a record key of 512 bytes.
    /// </summary>
    public const int BytesMax = 317 + 1 + 512;

    /// <summary>False when the key is no NSID, one slash and a record key.</summary>
    public static bool TrySplit(ReadOnlySpan<byte> key, out int collectionLength)
    {
        collectionLength = key.IndexOf((byte)'/');
        return collectionLength > 0
            && Nsid.IsValid(key[..collectionLength])
            && RecordKey.IsValid(key[(collectionLength + 1)..]);
    }
}
