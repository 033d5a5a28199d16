using System.Buffers.Binary;
using System.Text;
using Http.WebSockets;

namespace Http.Tests.Support;

/// <summary>
/// A frame as a client receives it: read with all that RFC 6455 §5 asks of a server, so that
/// reading is a check.
/// </summary>
internal sealed record ServerFrame(WebSocketOpcode Opcode, byte[] Payload)
{
    /// <summary>"binary 5", "pong 0a0b", "close 1000 reason", "close".</summary>
    public override string ToString() => Opcode switch
    {
        WebSocketOpcode.Close when Payload.Length == 0 => "close",
        WebSocketOpcode.Close =>
            $"close {BinaryPrimitives.ReadUInt16BigEndian(Payload)} "
            + Encoding.UTF8.GetString(Payload.AsSpan(2)),
        WebSocketOpcode.Binary => $"binary {Payload.Length}",
        _ => $"{Opcode} {Convert.ToHexStringLower(Payload)}".ToLowerInvariant().Trim(),
    };

    /// <summary>All frames behind the 101 answer's head.</summary>
    internal static List<ServerFrame> ReadAll(ReadOnlySpan<byte> output)
    {
        int head = output.IndexOf("\r\n\r\n"u8);
        if (head < 0) throw new FormatException("no head");
        return ReadFrames(output[(head + 4)..]);
    }

    internal static List<ServerFrame> ReadFrames(ReadOnlySpan<byte> bytes)
    {
        var frames = new List<ServerFrame>();
        while (!bytes.IsEmpty)
        {
            if (!TryRead(ref bytes, out var frame)) throw new FormatException("a frame is cut");
            frames.Add(frame);
        }

        return frames;
    }

    internal static bool TryRead(ref ReadOnlySpan<byte> bytes, out ServerFrame frame)
    {
        frame = new ServerFrame(default, []);
        if (bytes.Length < 2) return false;
        if ((bytes[0] & 0xF0) != 0x80) throw new FormatException("not final, or reserved bits set");
        if ((bytes[1] & 0x80) != 0) throw new FormatException("a server's frame is not masked");
        int head = bytes[1] switch { 126 => 4, 127 => 10, _ => 2 };
        if (bytes.Length < head) return false;
        long length = head switch
        {
            2 => bytes[1],
            4 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            _ => BinaryPrimitives.ReadInt64BigEndian(bytes[2..]),
        };
        if (length < head switch { 2 => 0, 4 => 126, _ => 65_536 })
        {
            throw new FormatException("a length not in its shortest form");
        }

        if (bytes.Length - head < length) return false;
        frame = new ServerFrame(
            (WebSocketOpcode)(bytes[0] & 0x0F), bytes.Slice(head, (int)length).ToArray());
        bytes = bytes[(head + (int)length)..];
        return true;
    }
}
