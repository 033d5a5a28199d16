using System.Buffers;
using Http.Work;

namespace Http.Connections;

/// <summary>What a message source says after it was asked for the next message.</summary>
public enum MessageStatus
{
    /// <summary>One whole message was written.</summary>
    Message,

    /// <summary>
    /// Nothing for now: the source calls <see cref="HttpConnection.Wake"/> when there may be more.
    /// </summary>
    Idle,

    /// <summary>
    /// The next message belongs to another turn: one that may wait for a disk, or simply the next.
    /// </summary>
    Blocked,

    /// <summary>
    /// One whole message was written, or none, and no other comes: the WebSocket is closed with
    /// <see cref="IMessageSource.CloseCode"/>.
    /// </summary>
    End,

    /// <summary>The stream cannot go on: the connection is cut.</summary>
    Failed,
}

/// <summary>
/// What a WebSocket sends: asked for the next message only when the socket can take it, so that a
/// slow client costs no memory. Calls come one at a time. Disposed exactly once.
/// </summary>
public interface IMessageSource : IDisposable
{
    /// <summary>Close code (RFC 6455 §7.4) after <see cref="MessageStatus.End"/>.</summary>
    int CloseCode { get; }

    /// <summary>The reason beside it, at most 123 bytes of UTF-8.</summary>
    string CloseReason { get; }

    /// <summary>
    /// Called once, before the first <see cref="Read"/>. <paramref name="connection"/> may be woken
    /// from any thread until the source is disposed, and after that without effect.
    /// </summary>
    void Start(HttpConnection connection);

    /// <summary>
    /// Appends the next message's bytes, one binary message each, to <paramref name="message"/>.
    /// </summary>
    /// <remarks>
    /// What the message costs is taken from <paramref name="turn"/>. What it throws is logged and
    /// taken as <see cref="MessageStatus.Failed"/>.
    /// </remarks>
    MessageStatus Read(IBufferWriter<byte> message, Turn turn);
}
