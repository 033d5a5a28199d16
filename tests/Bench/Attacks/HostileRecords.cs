using System.Buffers;
using Atproto.Cbor;

namespace Bench.Attacks;

/// <summary>Records that are served as bytes alone, since they have no JSON form.</summary>
internal static class HostileRecords
{
    private const int Levels = 120;

    /// <summary>
    /// Small values inside nested maps whose keys are out of order; only the last value of all, a
    /// float that is not a number, takes the JSON form from it.
    /// </summary>
    internal static byte[] NestedUnsorted(int valueBytes)
    {
        var output = new ArrayBufferWriter<byte>(valueBytes + 4096);
        var cbor = new CborWriter(output);
        for (int level = 0; level < Levels; level++)
        {
            cbor.WriteMap(2);
            cbor.WriteText("b"u8);
        }

        cbor.WriteArray(valueBytes);
        for (int i = 0; i < valueBytes; i++) cbor.WriteInteger(0);
        for (int level = 1; level < Levels; level++)
        {
            cbor.WriteText("a"u8);
            cbor.WriteInteger(0);
        }

        cbor.WriteText("a"u8);
        output.Write<byte>([0xf9, 0x7e, 0x00]);
        return output.WrittenSpan.ToArray();
    }
}
