using System.Net.WebSockets;
using EndToEnd.Tests.Harness;
using Shared;

namespace EndToEnd.Tests.Events;

/// <summary>A subscriber: the platform's own WebSocket client, over the network.</summary>
internal sealed class EventClient : IDisposable
{
    internal const string Stream = "/xrpc/com.atproto.sync.subscribeRepos";

    // Generous: only reached when something is wrong.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _late = new(s_limit);
    private readonly byte[] _buffer = new byte[1 << 16];

    // Received, and not yet returned: silence cannot be asked for without losing what ends it.
    private Task<EventMessage?>? _next;

    private EventClient()
    {
    }

    internal (int? Code, string? Reason) Close =>
        ((int?)_socket.CloseStatus, _socket.CloseStatusDescription);

    internal static async Task<EventClient> OpenAsync(PdsProcess pds, string query)
    {
        var client = new EventClient();
        var uri = new UriBuilder(pds.BaseAddress)
        {
            Scheme = "ws",
            Path = Stream,
            Query = query,
        };
        await client._socket.ConnectAsync(uri.Uri, client._late.Token);
        return client;
    }

    /// <summary>The next message; null when the server has closed the stream.</summary>
    internal Task<EventMessage?> NextAsync()
    {
        var next = _next ?? ReceiveAsync();
        _next = null;
        return next;
    }

    /// <summary>So many messages.</summary>
    internal async Task<List<EventMessage>> TakeAsync(int count)
    {
        var messages = new List<EventMessage>();
        while (messages.Count < count)
        {
            messages.Add(await NextAsync() ?? throw new InvalidDataException(
                $"closed after {messages.Count} of {count}: {Close}"));
        }

        return messages;
    }

    /// <summary>Messages until one is as wanted, that one included.</summary>
    internal async Task<List<EventMessage>> TakeUntilAsync(Func<EventMessage, bool> isLast)
    {
        var messages = await TakeAsync(1);
        while (!isLast(messages[^1])) messages.AddRange(await TakeAsync(1));
        return messages;
    }

    /// <summary>
    /// Whether nothing has come by the time that the server has answered others.
    /// </summary>
    internal async Task<bool> IsSilentAsync(PdsProcess pds)
    {
        _next ??= ReceiveAsync();
        for (int i = 0; i < 20; i++) await pds.AskAsync("com.atproto.sync.listRepos");
        return !_next.IsCompleted && _socket.State == WebSocketState.Open;
    }

    /// <summary>Sends what no server of events is interested in.</summary>
    internal Task SendAsync(byte[] content, WebSocketMessageType type) =>
        _socket.SendAsync(content, type, endOfMessage: true, _late.Token);

    /// <summary>Ends it in good order, and waits for the other side to agree.</summary>
    internal Task CloseAsync() =>
        _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, _late.Token);

    public void Dispose()
    {
        _socket.Dispose();
        _late.Dispose();
    }

    private async Task<EventMessage?> ReceiveAsync()
    {
        using var message = new MemoryStream();
        while (true)
        {
            var part = await _socket.ReceiveAsync(_buffer.AsMemory(), _late.Token);
            if (part.MessageType == WebSocketMessageType.Close) return null;
            Assert.Equal(WebSocketMessageType.Binary, part.MessageType);
            message.Write(_buffer, 0, part.Count);
            if (part.EndOfMessage) return EventMessage.Read(message.ToArray());
        }
    }
}
