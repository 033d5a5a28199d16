using Atproto.Cbor;
using Atproto.Multiformats;

namespace Atproto.Repo;

/// <summary>
/// Finds the blobs a record references, without its schema
/// (https://atproto.com/specs/data-model#blob-type): a map of exactly $type "blob", ref, mimeType,
/// size, or the older one of exactly cid and mimeType. A map that matches is not searched further.
/// As tolerant as the reference is with records that exist (enumBlobRefs of @atproto/lex-data, not
/// strict, older ones too): any CID, and -1 for a size that was not known.
/// </summary>
public static class BlobReferences
{
    /// <summary>Every reference has this key: a record without it needs no look.</summary>
    public static bool MayBeIn(ReadOnlySpan<byte> record) => record.IndexOf("hmimeType"u8) >= 0;

    /// <summary>
    /// Calls back for each reference in reading order. Records that are not well-formed have none.
    /// </summary>
    public static void Find(ReadOnlySpan<byte> record, IBlobReferenceSink sink)
    {
        if (CborCheck.Block(record, CborRules.Lenient) == CborError.None)
        {
            FindInChecked(record, sink);
        }
    }

    /// <summary>The same for a record that <see cref="CborCheck"/> has passed.</summary>
    internal static void FindInChecked(ReadOnlySpan<byte> record, IBlobReferenceSink sink)
    {
        var reader = new CborReader(record);
        FindInItem(ref reader, sink);
    }

    private static void FindInItem(ref CborReader reader, IBlobReferenceSink sink)
    {
        reader.PeekHead(out var type, out _, out _);
        if (type == CborMajorType.Array)
        {
            reader.ReadArray(out int itemCount);
            for (int i = 0; i < itemCount; i++) FindInItem(ref reader, sink);
        }
        else if (type == CborMajorType.Map)
        {
            FindInMap(ref reader, sink);
        }
        else
        {
            reader.Skip();
        }
    }

    private static void FindInMap(ref CborReader reader, IBlobReferenceSink sink)
    {
        var probe = reader;
        if (TryReadReference(ref probe, sink))
        {
            reader = probe;
            return;
        }

        reader.ReadMap(out int pairCount);
        for (int i = 0; i < pairCount; i++)
        {
            reader.Skip();
            FindInItem(ref reader, sink);
        }
    }

    // Takes the map only when it is a reference.
    private static bool TryReadReference(ref CborReader reader, IBlobReferenceSink sink)
    {
        reader.ReadMap(out int pairCount);
        if (pairCount is not (2 or 4)) return false;
        bool hasType = false, hasSize = false, hasLegacyCid = false;
        ReadOnlySpan<byte> link = default, mimeType = default, legacyCid = default;
        for (int i = 0; i < pairCount; i++)
        {
            reader.ReadText(out var key);
            if (key.SequenceEqual("$type"u8))
            {
                hasType =
                    reader.ReadText(out var type) == CborError.None && type.SequenceEqual("blob"u8);
                if (!hasType) return false;
            }
            else if (key.SequenceEqual("ref"u8))
            {
                if (reader.ReadAnyLink(out link) != CborError.None) return false;
            }
            else if (key.SequenceEqual("size"u8))
            {
                hasSize = TryReadSize(ref reader);
                if (!hasSize) return false;
            }
            else if (key.SequenceEqual("mimeType"u8))
            {
                if (reader.ReadText(out mimeType) != CborError.None) return false;
            }
            else if (key.SequenceEqual("cid"u8))
            {
                hasLegacyCid = reader.ReadText(out legacyCid) == CborError.None;
                if (!hasLegacyCid) return false;
            }
            else
            {
                return false;
            }
        }

        if (pairCount == 4)
        {
            bool isWhole = hasType && hasSize && !link.IsEmpty && mimeType.Contains((byte)'/');
            if (!isWhole) return false;
            if (Cid.TryRead(link, out var cid)) sink.OnBlobReference(cid, mimeType);
            return true;
        }

        if (!hasLegacyCid || mimeType.IsEmpty) return false;
        if (Cid.TryParse(legacyCid, out var legacy)) sink.OnBlobReference(legacy, mimeType);
        return true;
    }

    // An integer that a double holds exactly, as a number of either kind.
    private static bool TryReadSize(ref CborReader reader)
    {
        const long SafeMax = (1L << 53) - 1;
        reader.PeekHead(out var type, out ulong argument, out int headBytes);
        reader.Skip();
        switch (type)
        {
            case CborMajorType.Unsigned:
                return argument <= (ulong)SafeMax;
            case CborMajorType.Negative:
                return argument == 0;
            // A float, by the width of its bits; the others are false, true, null.
            case CborMajorType.Simple when headBytes > 1:
                int info = headBytes switch { 3 => 25, 5 => 26, _ => 27 };
                double value = CborFloat.FromBits(info, argument);
                return value is >= 0 and <= SafeMax or -1 && double.IsInteger(value);
            default:
                return false;
        }
    }
}

/// <summary>Takes the references <see cref="BlobReferences.Find"/> meets.</summary>
public interface IBlobReferenceSink
{
    /// <summary>The span is valid during the call only.</summary>
    void OnBlobReference(in Cid cid, ReadOnlySpan<byte> mimeType);
}
