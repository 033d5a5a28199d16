namespace Atproto.Cbor;

/// <summary>Floats of the three widths, which occur in old records though atproto has none.</summary>
internal static class CborFloat
{
    /// <summary>The number behind additional information 25, 26 or 27 (RFC 8949 §3.3).</summary>
    internal static double FromBits(int info, ulong bits) => info switch
    {
        25 => (double)BitConverter.UInt16BitsToHalf((ushort)bits),
        26 => BitConverter.UInt32BitsToSingle((uint)bits),
        _ => BitConverter.UInt64BitsToDouble(bits),
    };
}
