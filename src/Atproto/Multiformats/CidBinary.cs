namespace Atproto.Multiformats;

/// <summary>
/// CIDs of any version, codec and hash in binary form, as links inside records may hold them. They
/// are measured and printed, never followed (https://github.com/multiformats/cid).
/// </summary>
public static class CidBinary
{
    /// <summary>Longest CID looked at (https://atproto.com/specs/data-model).</summary>
    public const int BytesMax = 100;

    private const int Version0Bytes = 34;

    /// <summary>Whether the bytes are exactly one CID of version 0 or 1.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> binary) =>
        TryMeasure(binary, out int length) && length == binary.Length;

    /// <summary>Whether this is a CIDv0: a bare SHA-256 multihash.</summary>
    public static bool IsVersion0(ReadOnlySpan<byte> binary) =>
        binary.Length >= Version0Bytes && binary[0] == 0x12 && binary[1] == 0x20;

    /// <summary>How long the CID at the start of the bytes is; false when there is none.</summary>
    public static bool TryMeasure(ReadOnlySpan<byte> binary, out int length)
    {
        length = Version0Bytes;
        if (IsVersion0(binary)) return true;
        int at = 0;
        if (!TryTake(binary, ref at, out ulong version) || version != 1) return false;
        if (!TryTake(binary, ref at, out _)) return false;
        if (!TryTake(binary, ref at, out _)) return false;
        if (!TryTake(binary, ref at, out ulong digestBytes)) return false;
        if (digestBytes > (ulong)(binary.Length - at)) return false;
        length = at + (int)digestBytes;
        return length <= BytesMax;
    }

    private static bool TryTake(ReadOnlySpan<byte> binary, ref int at, out ulong value)
    {
        bool ok = Varint.TryRead(binary[at..], out value, out int used);
        at += used;
        return ok;
    }
}
