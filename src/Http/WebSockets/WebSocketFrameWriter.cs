using System.Buffers.Binary;

namespace Http.WebSockets;

/// <summary>
/// Heads of the frames a server sends (RFC 6455 §5.2): whole messages, not masked, the length in
/// its shortest form.
/// </summary>
internal static class WebSocketFrameWriter
{
    private const byte Final = 0x80;

    internal static int HeadLength(int payloadLength) => payloadLength switch
    {
        <= 125 => 2,
        <= ushort.MaxValue => 4,
        _ => 10,
    };

    /// <summary>
    /// Fills <paramref name="head"/>, which is <see cref="HeadLength"/> bytes long.
    /// </summary>
    internal static void WriteHead(WebSocketOpcode opcode, int payloadLength, Span<byte> head)
    {
        head[0] = (byte)(Final | (byte)opcode);
        switch (head.Length)
        {
            case 2:
                head[1] = (byte)payloadLength;
                break;
            case 4:
                head[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(head[2..], (ushort)payloadLength);
                break;
            default:
                head[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(head[2..], (ulong)payloadLength);
                break;
        }
    }
}
