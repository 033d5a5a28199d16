namespace Samples;

/// <summary>In which order a sample CAR holds its blocks.</summary>
public enum CarOrder
{
    /// <summary>
    /// Commit, then each node followed by its entries in order, subtrees in place
    /// (https://atproto.com/specs/repository#car-file-serialization).
    /// </summary>
    Preorder,

    /// <summary>Seeded; the commit is not the first unless it is alone.</summary>
    Shuffled,

    /// <summary>Shuffled, and every third block twice.</summary>
    Doubled,
}
