using Http.Connections;
using Http.WebSockets;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Server;

/// <summary>
/// Whether a request for a subscription is the handshake of a WebSocket, and if not, what it is
/// told.
/// </summary>
internal static class WebSocketDoor
{
    internal static XrpcError? Check(HttpRequest request)
    {
        var rejection = request.CheckWebSocketHandshake();
        return rejection switch
        {
            HandshakeRejection.None => null,
            HandshakeRejection.NoUpgrade or HandshakeRejection.MethodNotGet
                or HandshakeRejection.HttpVersionTooOld
                or HandshakeRejection.ConnectionNotUpgrade => XrpcError.UpgradeRequired,
            HandshakeRejection.VersionMissing or HandshakeRejection.VersionUnsupported =>
                XrpcError.WebSocketVersion,
            HandshakeRejection.KeyMissing or HandshakeRejection.KeyInvalid =>
                XrpcError.WebSocketKey,
            _ => XrpcError.Invalid(HandshakeAnswer.For(rejection).Message),
        };
    }
}
