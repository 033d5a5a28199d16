using System.Buffers;
using System.Text;
using Atproto.Cbor;
using Atproto.Multiformats;
using Atproto.Syntax;
using PdsReadonly.Archive;
using PdsReadonly.Index;

namespace PdsReadonly.Xrpc;

/// <summary>
/// A record as endpoints show it: URI, CID, value. Written without an object in between.
/// </summary>
internal static class RecordJson
{
    /// <summary>
    /// Whether the record decodes to a map; one that does not is served as bytes only.
    /// </summary>
    internal static bool HasForm(ReadOnlySpan<byte> record) =>
        !record.IsEmpty && record[0] >> 5 == (int)CborMajorType.Map
        && CborCheck.Block(record, CborRules.Lenient) == CborError.None;

    /// <summary>
    /// About how many bytes <see cref="Write"/> makes; more only where escapes are the most of it.
    /// </summary>
    internal static int LengthOf(in BlockLocation location) => 512 + (2 * location.Length);

    /// <summary>Only for a record that <see cref="HasForm"/>.</summary>
    internal static void Write(
        Did did, ReadOnlySpan<byte> collection, ReadOnlySpan<byte> rkey, in Cid cid,
        ReadOnlySpan<byte> record, IBufferWriter<byte> body)
    {
        WriteStart(did, collection, rkey, cid, body);
        CborJson.WriteChecked(record, body);
        body.Write("}"u8);
    }

    /// <summary>All that stands before the value; after it comes a brace.</summary>
    internal static void WriteStart(
        Did did, ReadOnlySpan<byte> collection, ReadOnlySpan<byte> rkey, in Cid cid,
        IBufferWriter<byte> body)
    {
        body.Write("{\"uri\":\"at://"u8);
        Encoding.ASCII.GetBytes(did.ToString(), body);
        body.Write("/"u8);
        body.Write(collection);
        body.Write("/"u8);
        body.Write(rkey);
        body.Write("\",\"cid\":\""u8);
        cid.FormatTo(body.GetSpan(Cid.TextBytes));
        body.Advance(Cid.TextBytes);
        body.Write("\",\"value\":"u8);
    }

    /// <summary>
    /// Opens a record that is too large to be written at once; null when it has no JSON form, which
    /// only an index of the layout before does not know.
    /// </summary>
    internal static ReadStatus TryOpenLarge(
        RepoReader reader, in BlockLocation location, out LargeBlock? block)
    {
        var status = LargeBlock.TryOpen(reader, location, out block!);
        if (status != ReadStatus.Done || reader.Index.IsListingFiltered) return status;
        if (!reader.Turn.MayBlock) return ReadStatus.Blocked;
        status = reader.ReadPaid(location, out var record, out _);
        if (status == ReadStatus.Done && !HasForm(record)) block = null;
        return status;
    }
}
