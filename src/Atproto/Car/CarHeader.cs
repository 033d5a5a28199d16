using Atproto.Cbor;
using Atproto.Multiformats;

namespace Atproto.Car;

/// <summary>The header of a CAR v1 (https://ipld.io/specs/transport/car/carv1/).</summary>
public readonly record struct CarHeader
{
    /// <summary>The first root: in a repo's CAR, the commit.</summary>
    public Cid Root { get; private init; }

    public int RootCount { get; private init; }

    /// <summary>
    /// Reads the header at the start of a file. <paramref name="needed"/> is how many bytes it
    /// takes in all, once its length is known: what to have at hand before asking again.
    /// </summary>
    public static CarStatus Read(
        ReadOnlySpan<byte> input, out CarHeader header, out int needed, out CarError error)
    {
        header = default;
        needed = 0;
        error = CarError.LengthMalformed;
        var status = Varint.Read(input, CarLimits.VarintBytesMax, out ulong length, out int prefix);
        if (status == VarintStatus.NeedMoreData) return CarStatus.NeedMoreData;
        if (status != VarintStatus.Done) return CarStatus.Refused;

        error = CarError.HeaderTooLarge;
        if (length > CarLimits.HeaderBytesMax) return CarStatus.Refused;
        needed = prefix + (int)length;
        if (input.Length < needed) return CarStatus.NeedMoreData;
        error = Parse(input[prefix..needed], out header);
        return error == CarError.None ? CarStatus.Done : CarStatus.Refused;
    }

    private static CarError Parse(ReadOnlySpan<byte> content, out CarHeader header)
    {
        header = default;
        var reader = new CborReader(content);
        if (reader.ReadMap(out int pairs) != CborError.None) return CarError.HeaderMalformed;
        // CARv2 begins with a header that holds nothing but its version.
        if (pairs == 1 && ReadVersion(ref reader, out ulong only) && only != 1)
        {
            return CarError.VersionUnsupported;
        }

        if (pairs != 2 || reader.ReadKey("roots"u8) != CborError.None)
        {
            return CarError.HeaderMalformed;
        }
        if (reader.ReadArray(out int rootCount) != CborError.None) return CarError.HeaderMalformed;
        var error = ReadRoots(ref reader, rootCount, out var first);
        if (error == CarError.HeaderMalformed) return error;
        if (!ReadVersion(ref reader, out ulong version)) return CarError.HeaderMalformed;
        if (version != 1) return CarError.VersionUnsupported;
        if (!reader.AtEnd) return CarError.HeaderMalformed;
        header = new CarHeader { Root = first, RootCount = rootCount };
        return error;
    }

    private static CarError ReadRoots(ref CborReader reader, int count, out Cid first)
    {
        first = default;
        var verdict = count == 0 ? CarError.RootAbsent : CarError.None;
        for (int i = 0; i < count; i++)
        {
            if (reader.ReadAnyLink(out var binary) != CborError.None)
            {
                return CarError.HeaderMalformed;
            }
            if (i > 0) continue;
            bool blessed = Cid.TryRead(binary, out first) && first.Codec == CidCodec.DagCbor;
            if (!blessed) verdict = CarError.RootUnsupported;
        }

        return verdict;
    }

    private static bool ReadVersion(ref CborReader reader, out ulong version)
    {
        version = 0;
        return reader.ReadKey("version"u8) == CborError.None
            && reader.ReadUnsigned(out version) == CborError.None;
    }
}
