using Atproto.Multiformats;

namespace PdsReadonly.Index;

/// <summary>
/// A block as the index knows it: what its digest begins with, where it lies, and the codec of its
/// CID, which only a record's can be another one.
/// </summary>
internal readonly record struct BlockLocation(
    UInt128 DigestPrefix, long Offset, int Length, CidCodec Codec = CidCodec.DagCbor);

/// <summary>One record of a page: its key within the collection, and its block's number.</summary>
internal readonly record struct RecordRow(byte[] Rkey, uint Ordinal);

/// <summary>
/// A blob some record references: its type as told there, and its place if the CAR holds it.
/// </summary>
internal readonly record struct BlobRow(string MimeType, long? Offset, int Length);
