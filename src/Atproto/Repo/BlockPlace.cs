namespace Atproto.Repo;

/// <summary>What a block may be, guessed while streaming; only the walk decides.</summary>
public enum BlockKind
{
    /// <summary>Anything that is not one of the others.</summary>
    Plain = 0,

    /// <summary>
    /// To be read again should it turn out to be a record: it may reference blobs, or does not
    /// decode.
    /// </summary>
    LookAgain = 1,

    /// <summary>Begins like an MST node; its offset is one in the spilled nodes.</summary>
    MayBeNode = 2,

    /// <summary>
    /// A raw block: a blob carried along, or a record that its tree names as such.
    /// </summary>
    Raw = 3,
}

/// <summary>
/// Offset (38 bits), length (24 bits) and kind (2 bits) of a block in one number.
/// </summary>
public readonly record struct BlockPlace(ulong Bits)
{
    private const int KindBits = 2;
    private const int LengthBits = 24;

    public BlockPlace(long offset, int length, BlockKind kind)
        : this(
            ((ulong)offset << (LengthBits + KindBits)) | ((ulong)length << KindBits) | (ulong)kind)
    {
    }

    /// <summary>Of the block's data, behind length prefix and CID.</summary>
    public long Offset => (long)(Bits >> (LengthBits + KindBits));

    /// <summary>Of the block's data, in bytes.</summary>
    public int Length => (int)(Bits >> KindBits) & ((1 << LengthBits) - 1);

    public BlockKind Kind => (BlockKind)(Bits & ((1 << KindBits) - 1));
}
