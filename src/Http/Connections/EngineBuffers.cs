using System.Buffers;

namespace Http.Connections;

/// <summary>
/// The engine's buffers. A few of each size are kept for the next user; the platform's shared pool
/// would keep whatever a crowd has used.
/// </summary>
public static class EngineBuffers
{
    private const int SmallBytesMax = 256 * 1024;
    private const int LargeBytesMax = 2 * 1024 * 1024;

    // Four megabytes over all sizes.
    private const int KeptOfEachSmallSizeMax = 8;

    // As many as there are threads that make long answers of one kind; fourteen megabytes over all
    // sizes. Made anew each would be cleared, and bring the next collection nearer.
    private const int KeptOfEachLargeSizeMax = 4;

    private static volatile ArrayPool<byte> s_small = CreateSmall();
    private static volatile ArrayPool<byte> s_large = CreateLarge();

    /// <summary>Forgets what is kept, so that a collection frees it.</summary>
    public static void DropAll() => (s_small, s_large) = (CreateSmall(), CreateLarge());

    internal static byte[] Rent(int length) => PoolOf(length).Rent(length);

    internal static void Return(byte[] buffer) => PoolOf(buffer.Length).Return(buffer);

    private static ArrayPool<byte> PoolOf(int length) =>
        length <= SmallBytesMax ? s_small : s_large;

    private static ArrayPool<byte> CreateSmall() =>
        ArrayPool<byte>.Create(SmallBytesMax, KeptOfEachSmallSizeMax);

    private static ArrayPool<byte> CreateLarge() =>
        ArrayPool<byte>.Create(LargeBytesMax, KeptOfEachLargeSizeMax);
}
