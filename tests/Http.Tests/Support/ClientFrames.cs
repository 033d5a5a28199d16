using System.Buffers.Binary;
using System.Text;
using Http.WebSockets;

namespace Http.Tests.Support;

/// <summary>Frames as a client sends them, well formed unless told otherwise.</summary>
internal static class ClientFrames
{
    internal const string Handshake = "GET /stream" + HandshakeLines;

    private const string HandshakeLines =
        " HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    private const uint Mask = 0x37FA213D;

    internal static string HandshakeFor(string target) => $"GET {target}{HandshakeLines}";

    internal static byte[] Text(string text) => Frame(WebSocketOpcode.Text, text);

    internal static byte[] Ping(string payload) => Frame(WebSocketOpcode.Ping, payload);

    internal static byte[] Frame(
        WebSocketOpcode opcode, string payload, bool isFinal = true, int reserved = 0) =>
        Frame(opcode, Encoding.UTF8.GetBytes(payload), isFinal, reserved);

    internal static byte[] Frame(
        WebSocketOpcode opcode, ReadOnlySpan<byte> payload, bool isFinal = true, int reserved = 0)
    {
        int width = payload.Length switch { <= 125 => 1, <= 65_535 => 2, _ => 8 };
        return Frame(opcode, payload, isFinal, reserved, width);
    }

    /// <summary>With the length in 1, 2 or 8 bytes, whether or not it needs them.</summary>
    internal static byte[] Frame(
        WebSocketOpcode opcode, ReadOnlySpan<byte> payload, bool isFinal, int reserved, int width)
    {
        var bytes = new List<byte> { (byte)((isFinal ? 0x80 : 0) | (reserved << 4) | (int)opcode) };
        AddLength(bytes, payload.Length, width);
        Span<byte> mask = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(mask, Mask);
        bytes.AddRange(mask);
        for (int index = 0; index < payload.Length; index++)
        {
            bytes.Add((byte)(payload[index] ^ mask[index & 3]));
        }

        return [.. bytes];
    }

    /// <summary>Without a code when that is null.</summary>
    internal static byte[] Close(int? code, ReadOnlySpan<byte> reason = default)
    {
        byte[] start = code is { } value ? [(byte)(value >> 8), (byte)value] : [];
        return Frame(WebSocketOpcode.Close, [.. start, .. reason]);
    }

    /// <summary>A message in frames of so many bytes.</summary>
    internal static byte[] Fragments(
        WebSocketOpcode opcode, ReadOnlySpan<byte> payload, int frameBytes)
    {
        var bytes = new List<byte>();
        for (int start = 0; start < payload.Length; start += frameBytes)
        {
            int length = Math.Min(frameBytes, payload.Length - start);
            bool isLast = start + length == payload.Length;
            bytes.AddRange(Frame(
                start == 0 ? opcode : WebSocketOpcode.Continuation,
                payload.Slice(start, length),
                isLast));
        }

        return [.. bytes];
    }

    private static void AddLength(List<byte> bytes, int length, int width)
    {
        bytes.Add((byte)(0x80 | width switch { 1 => length, 2 => 126, _ => 127 }));
        for (int index = width - 1; index >= 0 && width > 1; index--)
        {
            bytes.Add((byte)((long)length >> (8 * index)));
        }
    }
}
