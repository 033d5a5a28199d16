using System.Buffers;
using Http.Connections;
using Http.Work;

namespace PdsReadonly.Events;

/// <summary>
/// A stream that says why there is none: one error message, then the close of a policy violation
/// with the error's name (https://atproto.com/specs/event-stream).
/// </summary>
internal sealed class RefusedStream(string name, string text) : IMessageSource
{
    /// <inheritdoc/>
    public int CloseCode => 1008;

    /// <inheritdoc/>
    public string CloseReason => name;

    public void Start(HttpConnection connection)
    {
    }

    public MessageStatus Read(IBufferWriter<byte> message, Turn turn)
    {
        message.Write(EventFrames.Error(name, text));
        return MessageStatus.End;
    }

    public void Dispose()
    {
    }
}
