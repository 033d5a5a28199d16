using Atproto.Multiformats;

namespace Atproto.Car;

/// <summary>How many bytes the parts of a CAR take, known before they are written.</summary>
public static class CarLength
{
    // The map's head, "roots", the array's head, "version" and the 1.
    private const int HeaderFixedBytes = 1 + 6 + 1 + 8 + 1;

    // Tag 42, the byte string's head and the zero byte stand before each root.
    private const int RootBytes = 5 + Cid.Bytes;

    /// <summary>The header with its length prefix, for fewer than 24 roots.</summary>
    public static int Header(int rootCount)
    {
        int content = HeaderContent(rootCount);
        return Varint.Length((ulong)content) + content;
    }

    internal static int HeaderContent(int rootCount) => HeaderFixedBytes + (rootCount * RootBytes);

    /// <summary>One section with its length prefix.</summary>
    public static int Section(int dataLength)
    {
        int content = Cid.Bytes + dataLength;
        return Varint.Length((ulong)content) + content;
    }
}
