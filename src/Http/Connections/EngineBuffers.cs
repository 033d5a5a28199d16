using System.Buffers;

namespace Http.Connections;

/// <summary>
/// The engine's buffers. A few of each size are kept for the next user; the platform's shared pool
/// would keep whatever a crowd has used.
/// </summary>
public static class EngineBuffers
{
    private const int KeptBytesMax = 256 * 1024;

    // Four megabytes over all sizes.
    private const int KeptOfEachSizeMax = 8;

    private static volatile ArrayPool<byte> s_pool = Create();

    /// <summary>Forgets what is kept, so that a collection frees it.</summary>
    public static void DropAll() => s_pool = Create();

    internal static byte[] Rent(int length) => s_pool.Rent(length);

    internal static void Return(byte[] buffer) => s_pool.Return(buffer);

    private static ArrayPool<byte> Create() =>
        ArrayPool<byte>.Create(KeptBytesMax, KeptOfEachSizeMax);
}
