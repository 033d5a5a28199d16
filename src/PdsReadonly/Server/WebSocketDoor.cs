using System.Buffers.Text;
using System.Text;
using Http.Connections;
using Http.Messages;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Server;

/// <summary>
/// Whether a request for a subscription is the handshake of a WebSocket (RFC 6455 §4.2.1), and if
/// not, what it is told.
/// </summary>
internal static class WebSocketDoor
{
    private const int KeyBytes = 16;

    internal static XrpcError? Check(HttpRequest request)
    {
        bool asks = request.Method is HttpMethod.Get && request.IsVersion11
            && HasToken(request, "upgrade"u8, "websocket"u8)
            && HasToken(request, "connection"u8, "upgrade"u8);
        if (!asks) return XrpcError.UpgradeRequired;
        if (!request.TryGetHeader("sec-websocket-version"u8, out var version)
            || !version.SequenceEqual("13"u8))
        {
            return XrpcError.WebSocketVersion;
        }

        bool hasKey = request.TryGetHeader("sec-websocket-key"u8, out var key)
            && Base64.IsValid(key, out int length) && length == KeyBytes;
        return hasKey ? null : XrpcError.WebSocketKey;
    }

    private static bool HasToken(
        HttpRequest request, ReadOnlySpan<byte> name, ReadOnlySpan<byte> token)
    {
        for (int i = 0; i < request.HeaderCount; i++)
        {
            if (!Ascii.EqualsIgnoreCase(request.HeaderName(i), name)) continue;
            foreach (var part in request.HeaderValue(i).Split((byte)','))
            {
                var item = request.HeaderValue(i)[part].Trim(" \t"u8);
                if (Ascii.EqualsIgnoreCase(item, token)) return true;
            }
        }

        return false;
    }
}
