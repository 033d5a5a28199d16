namespace Http.WebSockets;

/// <summary>
/// Why a request cannot become a WebSocket (RFC 6455 §4.2.1): one code per cause.
/// </summary>
public enum HandshakeRejection
{
    None,

    /// <summary>The client does not ask for a WebSocket: a request like any other.</summary>
    NoUpgrade,

    MethodNotGet,

    /// <summary>HTTP/1.0, in which Upgrade means nothing (RFC 9110 §7.8).</summary>
    HttpVersionTooOld,

    /// <summary>
    /// Connection does not name Upgrade: a proxy that does not know it has passed it on.
    /// </summary>
    ConnectionNotUpgrade,

    /// <summary>What follows the head is to be frames, not content.</summary>
    HasContent,

    VersionMissing,
    VersionUnsupported,
    KeyMissing,
    KeyRepeated,

    /// <summary>Not 16 bytes in base64.</summary>
    KeyInvalid,

    /// <summary>A subprotocol offered is not a token.</summary>
    ProtocolInvalid,
}
