using System.Diagnostics;

namespace Http.WebSockets;

/// <summary>
/// The one place where a <see cref="HandshakeRejection"/> becomes a status and words. The handler
/// adds <c>Sec-WebSocket-Version</c> to the two about versions (RFC 6455 §4.4).
/// </summary>
public static class HandshakeAnswer
{
    public static (int Status, string Message) For(HandshakeRejection rejection) => rejection switch
    {
        HandshakeRejection.NoUpgrade => (426, "A WebSocket upgrade is required"),
        HandshakeRejection.MethodNotGet => (405, "A WebSocket handshake is a GET"),
        HandshakeRejection.HttpVersionTooOld => (400, "A WebSocket handshake needs HTTP/1.1"),
        HandshakeRejection.ConnectionNotUpgrade =>
            (400, "Upgrade is not named in the Connection header"),
        HandshakeRejection.HasContent => (400, "A WebSocket handshake has no content"),
        HandshakeRejection.VersionMissing => (400, "Missing Sec-WebSocket-Version header"),
        HandshakeRejection.VersionUnsupported => (400, "Sec-WebSocket-Version is not 13"),
        HandshakeRejection.KeyMissing => (400, "Missing Sec-WebSocket-Key header"),
        HandshakeRejection.KeyRepeated => (400, "More than one Sec-WebSocket-Key"),
        HandshakeRejection.KeyInvalid => (400, "Invalid Sec-WebSocket-Key header"),
        HandshakeRejection.ProtocolInvalid => (400, "Malformed Sec-WebSocket-Protocol header"),
        _ => throw new UnreachableException($"{rejection} has no words"),
    };
}
