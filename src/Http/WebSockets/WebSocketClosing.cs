using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Unicode;

namespace Http.WebSockets;

/// <summary>
/// Close codes and reasons (RFC 6455 §7.4, and the IANA registry for 1012 to 1014), and the one
/// place where a <see cref="FrameError"/> becomes one of each.
/// </summary>
internal static class WebSocketClosing
{
    internal const int GoingAway = 1001;
    internal const int TryAgainLater = 1013;

    /// <summary>Never on the wire: stands for a close frame without a code.</summary>
    internal const int NoCode = 1005;

    private const int ProtocolError = 1002;
    private const int InvalidData = 1007;
    private const int MessageTooBig = 1009;

    internal static bool MayBeSent(int code) =>
        code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);

    internal static (int Code, string Reason) For(FrameError error) => error switch
    {
        FrameError.ReservedBitsSet => (ProtocolError, "reserved bits set"),
        FrameError.OpcodeReserved => (ProtocolError, "reserved opcode"),
        FrameError.NotMasked => (ProtocolError, "frame not masked"),
        FrameError.ControlFragmented => (ProtocolError, "control frame fragmented"),
        FrameError.ControlTooLong => (ProtocolError, "control frame too long"),
        FrameError.NothingToContinue => (ProtocolError, "nothing to continue"),
        FrameError.MessageNotFinished => (ProtocolError, "message not finished"),
        FrameError.LengthNotShortest => (ProtocolError, "length not in its shortest form"),
        FrameError.LengthNegative => (ProtocolError, "length out of range"),
        FrameError.MessageTooLong => (MessageTooBig, "message too long"),
        FrameError.TextNotUtf8 => (InvalidData, "not UTF-8"),
        FrameError.ClosePayloadTooShort => (ProtocolError, "close payload too short"),
        FrameError.CloseCodeInvalid => (ProtocolError, "invalid close code"),
        _ => throw new UnreachableException($"{error} has no words"),
    };

    /// <summary>
    /// Fills a close frame's payload and gives its length; a reason that is too long is cut at a
    /// character.
    /// </summary>
    internal static int WritePayload(int code, ReadOnlySpan<char> reason, Span<byte> payload)
    {
        if (code == NoCode) return 0;
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        var room = payload[2..WebSocketFrameReader.ControlBytesMax];
        Utf8.FromUtf16(reason, room, out _, out int written);
        return 2 + written;
    }
}
