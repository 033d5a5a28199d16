using System.Buffers;
using Http.Connections;
using Http.Work;

namespace Http.Tests.Support;

/// <summary>A message source that never ends by itself and never waits.</summary>
internal sealed class EndlessMessages(int length) : IMessageSource
{
    private readonly TaskCompletionSource _disposed = new();

    public int CloseCode => 1000;

    public string CloseReason => "";

    internal Task Disposed => _disposed.Task;

    public void Start(HttpConnection connection)
    {
    }

    public MessageStatus Read(IBufferWriter<byte> message, Turn turn)
    {
        message.GetSpan(length)[..length].Fill((byte)'m');
        message.Advance(length);
        return MessageStatus.Message;
    }

    // Throws when it is called twice.
    public void Dispose() => _disposed.SetResult();
}
