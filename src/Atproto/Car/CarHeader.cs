using Atproto.Cbor;
using Atproto.Multiformats;

namespace Atproto.Car;

/// <summary>
/// The header of a CAR v1 (https://ipld.io/specs/transport/car/carv1/): a map of roots and version,
/// in whatever order and beside whatever else.
/// </summary>
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
        if (CborCheck.Block(content, CborRules.Lenient) != CborError.None)
        {
            return CarError.HeaderMalformed;
        }

        // No hash and no signature is over the header: writers differ in the order of its keys, and
        // some have keys of their own.
        var reader = new CborReader(content);
        if (reader.ReadMap(out int pairs) != CborError.None) return CarError.HeaderMalformed;
        ulong? version = null;
        int? rootCount = null;
        Cid first = default;
        var error = CarError.HeaderMalformed;
        for (int i = 0; i < pairs; i++)
        {
            reader.ReadText(out var key);
            if (key.SequenceEqual("version"u8))
            {
                if (reader.ReadUnsigned(out ulong number) != CborError.None)
                {
                    return CarError.HeaderMalformed;
                }

                version = number;
            }
            else if (key.SequenceEqual("roots"u8))
            {
                if (reader.ReadArray(out int count) != CborError.None)
                {
                    return CarError.HeaderMalformed;
                }

                rootCount = count;
                error = ReadRoots(ref reader, count, out first);
                if (error == CarError.HeaderMalformed) return error;
            }
            else
            {
                reader.Skip();
            }
        }

        // CARv2 begins with a header that holds nothing but its version.
        if (version is not null and not 1) return CarError.VersionUnsupported;
        if (version is null || rootCount is null) return CarError.HeaderMalformed;
        header = new CarHeader { Root = first, RootCount = rootCount.Value };
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
}
