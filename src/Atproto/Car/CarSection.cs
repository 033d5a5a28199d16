using Atproto.Multiformats;

namespace Atproto.Car;

/// <summary>
/// One section of a CAR: a CID and the data behind it, as places in the bytes at hand.
/// </summary>
public readonly record struct CarSection
{
    /// <summary>
    /// The blessed CID, or a default one: then the block is well-formed but to be skipped.
    /// </summary>
    public Cid Cid { get; private init; }

    /// <summary>Where the data begins, from the section's first byte.</summary>
    public int DataStart { get; private init; }

    public int DataLength { get; private init; }

    /// <summary>The whole section with its length prefix.</summary>
    public int Length => DataStart + DataLength;

    /// <summary>
    /// Reads one section. <paramref name="needed"/> is how many bytes it takes, once its length is
    /// known, so that a claimed length can be compared with the file's before room is made for it.
    /// </summary>
    public static CarStatus Read(
        ReadOnlySpan<byte> input, out CarSection section, out int needed, out CarError error)
    {
        section = default;
        needed = 0;
        error = CarError.LengthMalformed;
        var status = Varint.Read(input, CarLimits.VarintBytesMax, out ulong length, out int prefix);
        if (status == VarintStatus.NeedMoreData) return CarStatus.NeedMoreData;
        if (status != VarintStatus.Done) return CarStatus.Refused;

        error = length == 0 ? CarError.SectionEmpty : CarError.BlockTooLarge;
        if (length is 0 or > CarLimits.BlockBytesMax + CidBinary.BytesMax) return CarStatus.Refused;
        needed = prefix + (int)length;
        if (input.Length < needed) return CarStatus.NeedMoreData;

        error = CarError.CidMalformed;
        var content = input[prefix..needed];
        int cidBytes = Cid.Bytes;
        if (content.Length < Cid.Bytes || !Cid.TryRead(content[..Cid.Bytes], out var cid))
        {
            cid = default;
            if (CidBinary.IsVersion0(content)) return CarStatus.Refused;
            if (!CidBinary.TryMeasure(content, out cidBytes)) return CarStatus.Refused;
        }

        int dataStart = prefix + cidBytes;
        section = new CarSection
        {
            Cid = cid,
            DataStart = dataStart,
            DataLength = needed - dataStart,
        };
        bool fits = section.DataLength <= CarLimits.BlockBytesMax;
        error = fits ? CarError.None : CarError.BlockTooLarge;
        return fits ? CarStatus.Done : CarStatus.Refused;
    }
}
