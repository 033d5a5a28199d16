using System.Net;
using System.Net.Sockets;

namespace PdsReadonly.Upstream;

/// <summary>
/// Tells the internet's addresses from those of networks that a stranger must not send us to
/// (RFC 6890, and the ways in which IPv6 carries IPv4).
/// </summary>
internal static class PublicAddress
{
    // 64:ff9b::/96 of RFC 6052.
    private static ReadOnlySpan<byte> TranslationPrefix =>
        [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];

    internal static bool IsPublic(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? IsPublicFour(bytes)
            : IsPublicSix(bytes);
    }

    private static bool IsPublicFour(ReadOnlySpan<byte> bytes) => (bytes[0], bytes[1]) switch
    {
        (0 or 10 or 127, _) => false,
        (100, >= 64 and <= 127) => false,  // shared by a carrier's customers
        (169, 254) => false,
        (172, >= 16 and <= 31) => false,
        (192, 0) => bytes[2] is not (0 or 2),
        (192, 88) => bytes[2] != 99,
        (192, 168) => false,
        (198, 18 or 19) => false,
        (198, 51) => bytes[2] != 100,
        (203, 0) => bytes[2] != 113,
        ( >= 224, _) => false,
        _ => true,
    };

    private static bool IsPublicSix(ReadOnlySpan<byte> bytes)
    {
        // Mapped IPv4, and NAT64 with its well-known prefix, reach an IPv4 address.
        bool isMapped = bytes[..10].IndexOfAnyExcept((byte)0) < 0
            && bytes[10] == 0xff && bytes[11] == 0xff;
        bool isTranslated = bytes[..12].SequenceEqual(TranslationPrefix);
        if (isMapped || isTranslated) return IsPublicFour(bytes[12..]);
        // Only 2000::/3 is given out. In it, Teredo and 6to4 lead to IPv4, and 2001:db8 nowhere.
        if ((bytes[0] & 0xe0) != 0x20) return false;
        bool isSixToFour = bytes[0] == 0x20 && bytes[1] == 0x02;
        bool isSpecial = bytes[0] == 0x20 && bytes[1] == 0x01
            && (bytes[2] < 2 || (bytes[2] == 0x0d && bytes[3] == 0xb8));
        bool isExample = bytes[0] == 0x3f && bytes[1] == 0xff && bytes[2] < 0x10;
        return !isSixToFour && !isSpecial && !isExample;
    }
}
