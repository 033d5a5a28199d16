using System.Text;
using Atproto.Multiformats;
using Samples;

namespace Fuzz.Targets;

/// <summary>Varint, base32 and CIDs, as text and as bytes: what is read prints as it was.</summary>
internal sealed class MultiformatsTarget : FuzzTarget
{
    internal override IReadOnlyList<byte[]> Seeds { get; } =
    [
        [.. "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm"u8],
        Encoding.ASCII.GetBytes(GoldenRepo.Blob),
        [.. "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG"u8],
        [.. "bafkqaap7"u8],
        Convert.FromHexString("01711220" + new string('5', 64)),
        Convert.FromHexString("1220" + new string('5', 64)),
        [0x01, 0x55, 0x00, 0x01, 0xff],
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
        [0x80, 0x01],
    ];

    internal override void Run(byte[] input)
    {
        if (Varint.TryRead(input, out ulong number, out int used))
        {
            Span<byte> written = stackalloc byte[10];
            int length = Varint.Write(written, number);
            Assert.Equal((used, used), (length, Varint.Length(number)));
            Assert.True(input.AsSpan(0, used).SequenceEqual(written[..length]));
        }

        byte[] decoded = new byte[input.Length];
        if (Base32.TryDecode(input, decoded, out int count))
        {
            byte[] encoded = new byte[Base32.EncodedLength(count)];
            Base32.Encode(decoded.AsSpan(0, count), encoded);
            Assert.True(encoded.AsSpan().SequenceEqual(input));
        }

        if (Cid.TryParse(input, out var cid))
        {
            Assert.True(CidText.IsCanonical(input));
            Assert.Equal(Encoding.ASCII.GetString(input), cid.ToString());
        }

        bool isBinary = Cid.TryRead(input, out _);
        Assert.True(!isBinary || CidBinary.IsWhole(input));
        bool isMeasured = CidBinary.TryMeasure(input, out int measured);
        if (isMeasured) Assert.InRange(measured, 4, input.Length);
    }
}
