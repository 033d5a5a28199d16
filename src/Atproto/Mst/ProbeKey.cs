using Atproto.Syntax;

namespace Atproto.Mst;

/// <summary>
/// Chooses the record to ask a proof for, there or not, so that the proof brings a missing node:
/// any key strictly between its bounds does, but hosts take legal ones only.
/// </summary>
public static class ProbeKey
{
    private const byte LeastInKey = (byte)'-';
    private const byte GreatestInKey = (byte)'~';

    // No NSID is less than the first of these letters, and no record key than the hyphen.
    private static ReadOnlySpan<byte> LeastPath => "A.A.A/-"u8;

    /// <summary>
    /// False when no key of those tried is legal and between the bounds: then the node has to be
    /// fetched by its CID.
    /// </summary>
    public static bool TryChoose(MissingNode missing, out Nsid collection, out RecordKey rkey)
    {
        ArgumentNullException.ThrowIfNull(missing);
        Span<byte> key = stackalloc byte[MstLimits.KeyBytesMax + 1 + RecordKey.LengthMax];
        int length = missing.LastCollection?.Length ?? 0;
        if (length is > 0 and <= MstLimits.KeyBytesMax)
        {
            for (int i = 0; i < length; i++) key[i] = (byte)missing.LastCollection![i];
            // The end of the collection, where most keys fall behind its last record.
            key[length] = (byte)'/';
            key[length + 1] = GreatestInKey;
            if (IsProbe(key[..(length + 2)], missing, out collection, out rkey)) return true;
            // Right behind its end, where no name that exists is likely to be.
            key[length] = (byte)'0';
            key[length + 1] = (byte)'/';
            key[length + 2] = LeastInKey;
            if (IsProbe(key[..(length + 3)], missing, out collection, out rkey)) return true;
            // The very last key that the collection can have.
            key[length] = (byte)'/';
            key.Slice(length + 1, RecordKey.LengthMax).Fill(GreatestInKey);
            int whole = length + 1 + RecordKey.LengthMax;
            if (IsProbe(key[..whole], missing, out collection, out rkey)) return true;
        }

        if (missing.Low is { } low)
        {
            // The least key behind the bound.
            low.Span.CopyTo(key);
            key[low.Length] = LeastInKey;
            if (IsProbe(key[..(low.Length + 1)], missing, out collection, out rkey)) return true;
        }

        return IsProbe(LeastPath, missing, out collection, out rkey);
    }

    private static bool IsProbe(
        ReadOnlySpan<byte> key, MissingNode missing, out Nsid collection, out RecordKey rkey)
    {
        collection = default;
        rkey = default;
        int slash = key.IndexOf((byte)'/');
        return slash > 0
            && new MstKeyBounds(missing.Low, missing.High).Contains(key)
            && Nsid.TryParse(key[..slash], out collection)
            && RecordKey.TryParse(key[(slash + 1)..], out rkey);
    }
}
