using Atproto.Cbor;
using Atproto.Multiformats;

namespace Atproto.Mst;

/// <summary>One entry of a node, as places in the node's block.</summary>
public readonly record struct MstEntry
{
    /// <summary>Bytes shared with the previous entry's key.</summary>
    public required int PrefixLength { get; init; }

    public required int SuffixStart { get; init; }

    public required int SuffixLength { get; init; }

    /// <summary>Where the 36 bytes of the record's CID begin.</summary>
    public required int ValueStart { get; init; }

    /// <summary>
    /// Where the CID of the subtree right of this entry begins; -1 when there is none.
    /// </summary>
    public required int SubtreeStart { get; init; }

    public int KeyLength => PrefixLength + SuffixLength;

    /// <summary>
    /// Whether the entry goes on from the key before it as it must: it shares all it can, and no
    /// more than there is. The first of a node comes after an empty key.
    /// </summary>
    internal MstError CheckKey(ReadOnlySpan<byte> block, ReadOnlySpan<byte> previous)
    {
        if (PrefixLength > previous.Length) return MstError.PrefixTooLong;
        if (KeyLength > MstLimits.KeyBytesMax) return MstError.KeyTooLong;
        // Were the next bytes equal too, they had to be shared.
        bool repeats = PrefixLength < previous.Length && SuffixLength > 0
            && previous[PrefixLength] == block[SuffixStart];
        return repeats ? MstError.PrefixNotMaximal : MstError.None;
    }
}

/// <summary>
/// The parts of one MST node block (https://atproto.com/specs/repository#mst-structure), decoded
/// strictly and without copying: entries are places in the block. One object is used for node after
/// node; it checks the node's form, not its keys.
/// </summary>
public sealed class MstNode
{
    // a4 61 'k' 40 61 'p' 00 61 't' f6 61 'v' and a link: the least an entry can be.
    private const int EntryBytesMin = 53;

    // The empty tree's: a2 61 'e' 80 61 'l' f6.
    private const int NodeBytesMin = 7;

    private MstEntry[] _entries = new MstEntry[16];

    public int EntryCount { get; private set; }

    /// <summary>
    /// Where the CID of the subtree left of all entries begins; -1 when there is none.
    /// </summary>
    public int LeftStart { get; private set; }

    public ReadOnlySpan<MstEntry> Entries => _entries.AsSpan(0, EntryCount);

    /// <summary>
    /// What <see cref="Read"/> found wrong with the encoding, when it answered NodeMalformed.
    /// </summary>
    public CborError CborError { get; private set; }

    /// <summary>
    /// Whether a block begins like a node. A record can begin so too: what a block is, only the
    /// walk that reached it knows.
    /// </summary>
    public static bool LooksLikeNode(ReadOnlySpan<byte> block) =>
        block.Length >= NodeBytesMin
        && block[0] == 0xa2 && block[1] == 0x61 && block[2] == (byte)'e' && block[3] >> 5 == 4;

    /// <summary>Reads a whole block. On an error nothing of this object is to be used.</summary>
    public MstError Read(ReadOnlySpan<byte> block)
    {
        if (block.Length > MstLimits.NodeBytesMax) return MstError.NodeTooLarge;
        var reader = new CborReader(block);
        CborError = ReadHead(ref reader, out int count);
        if (CborError != CborError.None) return MstError.NodeMalformed;
        if (count > MstLimits.EntriesMax) return MstError.TooManyEntries;
        if ((long)count * EntryBytesMin > block.Length)
        {
            CborError = CborError.LengthBeyondInput;
            return MstError.NodeMalformed;
        }

        if (count > _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(count, 2 * _entries.Length));
        }
        for (int i = 0; i < count && CborError == CborError.None; i++)
        {
            CborError = ReadEntry(ref reader, out _entries[i]);
        }

        EntryCount = count;
        if (CborError == CborError.None) CborError = ReadTail(ref reader);
        return CborError == CborError.None ? MstError.None : MstError.NodeMalformed;
    }

    private static CborError ReadHead(ref CborReader reader, out int count)
    {
        count = 0;
        var error = ReadMapOf(ref reader, 2);
        if (error == CborError.None) error = reader.ReadKey("e"u8);
        return error == CborError.None ? reader.ReadArray(out count) : error;
    }

    private static CborError ReadEntry(ref CborReader reader, out MstEntry entry)
    {
        entry = default;
        var error = ReadMapOf(ref reader, 4);
        if (error != CborError.None) return error;
        error = reader.ReadKey("k"u8);
        if (error != CborError.None) return error;
        error = reader.ReadBytes(out var suffix);
        if (error != CborError.None) return error;
        int suffixStart = reader.Offset - suffix.Length;
        error = reader.ReadKey("p"u8);
        if (error != CborError.None) return error;
        error = reader.ReadInt32(out int prefixLength);
        if (error != CborError.None) return error;
        error = reader.ReadKey("t"u8);
        if (error != CborError.None) return error;
        error = ReadSubtree(ref reader, out int subtreeStart);
        if (error != CborError.None) return error;
        error = reader.ReadKey("v"u8);
        if (error != CborError.None) return error;
        error = reader.ReadLinkBinary(out var value);
        if (error != CborError.None) return error;
        entry = new MstEntry
        {
            PrefixLength = prefixLength,
            SuffixStart = suffixStart,
            SuffixLength = suffix.Length,
            ValueStart = reader.Offset - Cid.Bytes,
            SubtreeStart = subtreeStart,
        };
        // Links to records are kept as they are: some hosts wrote them with the codec of blobs.
        return IsBlessed(value, CidCodec.DagCbor) || IsBlessed(value, CidCodec.Raw)
            ? CborError.None
            : CborError.LinkNotBlessed;
    }

    private CborError ReadTail(ref CborReader reader)
    {
        var error = reader.ReadKey("l"u8);
        if (error != CborError.None) return error;
        error = ReadSubtree(ref reader, out int leftStart);
        LeftStart = leftStart;
        if (error != CborError.None) return error;
        return reader.AtEnd ? CborError.None : CborError.TrailingBytes;
    }

    private static CborError ReadMapOf(ref CborReader reader, int pairCount)
    {
        var error = reader.ReadMap(out int count);
        return error == CborError.None && count != pairCount ? CborError.KeyUnexpected : error;
    }

    private static CborError ReadSubtree(ref CborReader reader, out int start)
    {
        start = -1;
        if (reader.TryReadNull()) return CborError.None;
        var error = reader.ReadLinkBinary(out var link);
        if (error != CborError.None) return error;
        start = reader.Offset - Cid.Bytes;
        return IsBlessed(link, CidCodec.DagCbor) ? CborError.None : CborError.LinkNotBlessed;
    }

    private static bool IsBlessed(ReadOnlySpan<byte> cid, CidCodec codec) =>
        cid[0] == 1 && cid[1] == (byte)codec && cid[2] == 0x12 && cid[3] == 0x20;
}
