using System.Buffers;
using System.Security.Cryptography;
using Http;
using Http.Connections;
using Http.Work;
using Shared;

namespace PdsReadonly.Tests.Events;

/// <summary>Does with a stream what a connection would, without one.</summary>
internal sealed class Client : IDisposable
{
    private readonly IMessageSource _source;
    private readonly HttpConnection _connection;

    internal Client(IMessageSource source)
    {
        _source = source;
        _connection = new HttpConnection(
            new HttpEngine(new NoHandler(), new HttpServerOptions()), null)
        {
            Woken = () => Wakes.Release(),
        };
        source.Start(_connection);
    }

    internal SemaphoreSlim Wakes { get; } = new(0);

    internal bool HasEnded { get; private set; }

    internal (int Code, string Reason) Close => (_source.CloseCode, _source.CloseReason);

    /// <summary>How often it was told to come again where waiting is allowed.</summary>
    internal int Blocked { get; private set; }

    /// <summary>Every message there is now; at most so many.</summary>
    internal List<EventMessage> Drain(int limit = int.MaxValue)
    {
        return DrainBytes(limit).ConvertAll(EventMessage.Read);
    }

    /// <summary>The hashes of the same, for those who compare many.</summary>
    internal List<string> DrainHashes(int limit = int.MaxValue) =>
        DrainBytes(limit).ConvertAll(HashOf);

    internal static string HashOf(byte[] message) =>
        Convert.ToHexString(SHA256.HashData(message));

    private List<byte[]> DrainBytes(int limit)
    {
        var messages = new List<byte[]>();
        while (messages.Count < limit && !HasEnded && Next() is { } message) messages.Add(message);
        return messages;
    }

    /// <summary>The next message's bytes; null when there is none for now.</summary>
    internal byte[]? Next()
    {
        var output = new ArrayBufferWriter<byte>();
        var status = _source.Read(output, new Turn(mayBlock: false));
        if (status == MessageStatus.Blocked)
        {
            Blocked++;
            Assert.Equal(0, output.WrittenCount);
            status = _source.Read(output, new Turn());
        }

        HasEnded = status == MessageStatus.End;
        Assert.True(status is MessageStatus.Message or MessageStatus.Idle or MessageStatus.End);
        Assert.Equal(status == MessageStatus.Idle, output.WrittenCount == 0);
        return status == MessageStatus.Idle ? null : output.WrittenSpan.ToArray();
    }

    public void Dispose()
    {
        _source.Dispose();
        _connection.Dispose();
    }

    private sealed class NoHandler : IRequestHandler
    {
        public void Handle(HttpRequest request, HttpResponse response)
        {
        }
    }
}
