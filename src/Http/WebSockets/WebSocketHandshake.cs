using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Http.Messages;

namespace Http.WebSockets;

/// <summary>
/// The opening handshake as a server reads it (RFC 6455 §4.2). Extensions are never accepted, so
/// what is offered of them is not looked at; nor is Origin, since there is nothing to protect.
/// </summary>
internal static class WebSocketHandshake
{
    /// <summary>Base64 of a SHA-1.</summary>
    internal const int AcceptLength = 28;

    private const int KeyLength = 24;
    private const int KeyBytes = 16;

    private static ReadOnlySpan<byte> Guid => "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8;

    private static ReadOnlySpan<byte> KeyName => "sec-websocket-key"u8;

    private static ReadOnlySpan<byte> VersionName => "sec-websocket-version"u8;

    private static ReadOnlySpan<byte> ProtocolName => "sec-websocket-protocol"u8;

    internal static HandshakeRejection Check(RequestHead head, ReadOnlySpan<byte> bytes)
    {
        if (!HasListItem(head, bytes, "upgrade"u8, "websocket"u8))
        {
            return HandshakeRejection.NoUpgrade;
        }

        if (head.Method != HttpMethod.Get) return HandshakeRejection.MethodNotGet;
        if (!head.IsVersion11) return HandshakeRejection.HttpVersionTooOld;
        if (!HasListItem(head, bytes, "connection"u8, "upgrade"u8))
        {
            return HandshakeRejection.ConnectionNotUpgrade;
        }

        if (head.IsChunked || head.ContentLength > 0) return HandshakeRejection.HasContent;
        var rejection = CheckVersion(head, bytes);
        if (rejection == HandshakeRejection.None) rejection = CheckKey(head, bytes);
        if (rejection == HandshakeRejection.None && !TryFindProtocol(head, bytes, out _))
        {
            rejection = HandshakeRejection.ProtocolInvalid;
        }

        return rejection;
    }

    /// <summary>The first subprotocol offered; empty when there is none.</summary>
    internal static ReadOnlySpan<byte> FirstProtocol(RequestHead head, ReadOnlySpan<byte> bytes) =>
        TryFindProtocol(head, bytes, out var protocol) ? protocol : default;

    /// <summary>
    /// The proof that the handshake was understood, of a request that has passed
    /// <see cref="Check"/>.
    /// </summary>
    [SuppressMessage("Security", "CA5350", Justification = "the protocol's hash, not a secret")]
    internal static void WriteAccept(
        RequestHead head, ReadOnlySpan<byte> bytes, Span<byte> accept)
    {
        var key = head.Headers.Value(bytes, head.Headers.Find(bytes, KeyName));
        Debug.Assert(key.Length == KeyLength, "the handshake was not checked");
        Span<byte> text = stackalloc byte[KeyLength + Guid.Length];
        key.CopyTo(text);
        Guid.CopyTo(text[KeyLength..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(text, hash);
        Base64.EncodeToUtf8(hash, accept, out _, out _);
    }

    private static HandshakeRejection CheckVersion(RequestHead head, ReadOnlySpan<byte> bytes)
    {
        int index = head.Headers.Find(bytes, VersionName);
        if (index < 0) return HandshakeRejection.VersionMissing;
        bool isOurs = head.Headers.Value(bytes, index).SequenceEqual("13"u8)
            && head.Headers.Find(bytes, VersionName, index + 1) < 0;
        return isOurs ? HandshakeRejection.None : HandshakeRejection.VersionUnsupported;
    }

    private static HandshakeRejection CheckKey(RequestHead head, ReadOnlySpan<byte> bytes)
    {
        int index = head.Headers.Find(bytes, KeyName);
        if (index < 0) return HandshakeRejection.KeyMissing;
        if (head.Headers.Find(bytes, KeyName, index + 1) >= 0)
        {
            return HandshakeRejection.KeyRepeated;
        }

        // The decoder skips white space; within 24 characters there is then too little else.
        var key = head.Headers.Value(bytes, index);
        Span<byte> decoded = stackalloc byte[KeyBytes + 2];
        bool isKey = key.Length == KeyLength
            && Base64.DecodeFromUtf8(key, decoded, out _, out int count) == OperationStatus.Done
            && count == KeyBytes;
        return isKey ? HandshakeRejection.None : HandshakeRejection.KeyInvalid;
    }

    /// <summary>False when a line is not a list of tokens.</summary>
    private static bool TryFindProtocol(
        RequestHead head, ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> first)
    {
        first = default;
        int index = -1;
        while ((index = head.Headers.Find(bytes, ProtocolName, index + 1)) >= 0)
        {
            var rest = head.Headers.Value(bytes, index);
            while (TryTakeItem(ref rest, out var item))
            {
                if (!HttpBytes.IsToken(item)) return false;
                if (first.IsEmpty) first = item;
            }
        }

        return true;
    }

    private static bool HasListItem(
        RequestHead head,
        ReadOnlySpan<byte> bytes,
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> wanted)
    {
        int index = -1;
        while ((index = head.Headers.Find(bytes, name, index + 1)) >= 0)
        {
            var rest = head.Headers.Value(bytes, index);
            while (TryTakeItem(ref rest, out var item))
            {
                if (Ascii.EqualsIgnoreCase(item, wanted)) return true;
            }
        }

        return false;
    }

    /// <summary>The next element of a comma-separated list that is not empty.</summary>
    private static bool TryTakeItem(
        scoped ref ReadOnlySpan<byte> list, out ReadOnlySpan<byte> item)
    {
        item = default;
        while (item.IsEmpty && !list.IsEmpty)
        {
            int comma = list.IndexOf((byte)',');
            item = (comma < 0 ? list : list[..comma]).Trim(" \t"u8);
            list = comma < 0 ? default : list[(comma + 1)..];
        }

        return !item.IsEmpty;
    }
}
