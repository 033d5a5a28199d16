using System.Buffers;
using Http.Connections;
using Http.Work;

namespace Http.Tests.Support;

/// <summary>
/// A source against the rules: always the same status with the same number of bytes, of which -1 is
/// one that throws.
/// </summary>
internal sealed class OddSource(MessageStatus status, int length) : IMessageSource
{
    public int CloseCode => 1000;

    public string CloseReason => "";

    public void Start(HttpConnection connection)
    {
    }

    public MessageStatus Read(IBufferWriter<byte> message, Turn turn)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        message.Write(new byte[length]);
        return status;
    }

    public void Dispose()
    {
    }
}
