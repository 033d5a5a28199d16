namespace Atproto.Mst;

/// <summary>What a tree may hold. All are far above anything honest, and far below harm.</summary>
public static class MstLimits
{
    /// <summary>
    /// Entries of one node. With a fanout of 4 the chance of n keys in a row falls as (3/4)^n, so
    /// an honest node of some hundred entries does not occur.
    /// </summary>
    public const int EntriesMax = 10_000;

    /// <summary>Bytes of one node block: ten thousand entries fit.</summary>
    public const int NodeBytesMax = 1_000_000;

    /// <summary>Bytes of one key. The longest legal path has 830.</summary>
    public const int KeyBytesMax = 1024;

    /// <summary>Layers of one tree. A key on layer 64 would take 2^128 hashes to find.</summary>
    public const int LayersMax = 64;
}
