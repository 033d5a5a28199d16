namespace Atproto.Car;

/// <summary>
/// What one CAR file may claim. Writing limits are far lower; old data gets more room.
/// </summary>
public static class CarLimits
{
    /// <summary>Bytes of one block's data.</summary>
    public const int BlockBytesMax = 8 << 20;

    /// <summary>
    /// Bytes of the header: room for a thousand roots, of which the first counts.
    /// </summary>
    public const int HeaderBytesMax = 64 << 10;

    /// <summary>Bytes of one file: offsets are kept in 38 bits.</summary>
    public const long FileBytesMax = 1L << 38;

    /// <summary>Blocks of one file: a position is kept in 32 bits.</summary>
    public const int BlockCountMax = 1 << 30;

    /// <summary>
    /// Bytes of a section's length prefix; five hold more than any section may have.
    /// </summary>
    internal const int VarintBytesMax = 5;
}
