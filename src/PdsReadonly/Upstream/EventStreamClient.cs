using System.Globalization;
using System.Net.Http;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using Atproto.Firehose;

namespace PdsReadonly.Upstream;

/// <summary>
/// One subscription to <c>com.atproto.sync.subscribeRepos</c> of a host, which may be hostile:
/// messages have a limit, silence has an end. It gives messages until there are no more, and says
/// why; to connect again is the caller's business.
/// </summary>
/// <remarks>
/// For one thread at a time, and for one connection. The client of HTTP is the caller's, see
/// <see cref="OutboundHandler"/>.
/// </remarks>
internal sealed class EventStreamClient(HttpMessageInvoker http, Uri host, TimeProvider time)
{
    private const int RoomBytes = 64 * 1024;

    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(1);

    // Small hosts say nothing for hours: whether they are there their pongs tell.
    private static readonly TimeSpan s_pingInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pongTimeout = TimeSpan.FromSeconds(30);

    private byte[] _room = new byte[RoomBytes];

    /// <summary>
    /// The longest silence, and the longest that a message may take; pings are not heard here.
    /// </summary>
    internal TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Called when it is connected, before the first message.</summary>
    internal Action? Connected { get; init; }

    /// <summary>Why there is nothing more; null while there may be.</summary>
    internal StreamEnd? End { get; private set; }

    /// <summary>
    /// Whether the host said that the cursor is older than what it keeps: events are missing.
    /// </summary>
    internal bool IsOutdated { get; private set; }

    /// <summary>Messages that were passed over, since they lack what they must have.</summary>
    internal long MalformedCount { get; private set; }

    /// <summary>Of all messages.</summary>
    internal long Bytes { get; private set; }

    /// <summary>
    /// Connects, and gives each message that can be read, with bytes of its own; those with which
    /// the host ends the stream are not among them. Then <see cref="End"/> says why it ended.
    /// </summary>
    /// <param name="cursor">
    /// The number of the last event known: those behind it come. Null for those to come.
    /// </param>
    /// <param name="cancellation">Ends it with an exception.</param>
    internal async IAsyncEnumerable<StreamEvent> ReadAsync(
        long? cursor, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = s_pingInterval;
        socket.Options.KeepAliveTimeout = s_pongTimeout;
        End = await ConnectAsync(socket, cursor, cancellation);
        if (End is not null) yield break;
        Connected?.Invoke();
        using var idle = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var stop = cancellation.Register(idle.Cancel);
        while (true)
        {
            var frame = await ReceiveAsync(socket, idle, cancellation);
            if (End is not null) break;
            Bytes += frame.Length;
            if (!StreamFrame.TryRead(frame, out var message, out var error))
            {
                if (error.IsFatal()) End = new StreamEnd(StreamEndKind.BadFrame, error.Describe());
                if (End is not null) break;
                MalformedCount++;
                continue;
            }

            if (message is StreamError last)
            {
                End = EndOf(last);
                break;
            }

            IsOutdated |= message is StreamInfo { Name: StreamInfo.OutdatedCursor };
            yield return message!;
        }

        await CloseAsync(socket);
    }

    private async Task<StreamEnd?> ConnectAsync(
        ClientWebSocket socket, long? cursor, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(s_connectTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(
            timeout.Token, cancellation);
        socket.Options.CollectHttpResponseDetails = true;
        try
        {
            await socket.ConnectAsync(AddressOf(host, cursor), http, both.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new StreamEnd(StreamEndKind.Unreachable, "no connection in time");
        }
        catch (Exception e) when (IsOfNetwork(e))
        {
            int status = (int)socket.HttpStatusCode;
            return status == 0
                ? new StreamEnd(StreamEndKind.Unreachable, Innermost(e))
                : new StreamEnd(
                    StreamEndKind.Refused, status.ToString(CultureInfo.InvariantCulture));
        }
    }

    // Empty, with the end set, when there is no whole message.
    private async Task<ReadOnlyMemory<byte>> ReceiveAsync(
        ClientWebSocket socket, CancellationTokenSource idle, CancellationToken cancellation)
    {
        idle.CancelAfter(IdleTimeout);
        try
        {
            int length = 0;
            while (true)
            {
                if (length == _room.Length) Array.Resize(ref _room, 2 * _room.Length);
                var got = await socket.ReceiveAsync(_room.AsMemory(length), idle.Token);
                length += got.Count;
                if (got.MessageType == WebSocketMessageType.Close) End = ClosedBy(socket);
                else if (got.MessageType != WebSocketMessageType.Binary)
                {
                    End = new StreamEnd(StreamEndKind.BadFrame, "a message of text");
                }
                else if (length > StreamLimits.FrameBytesMax)
                {
                    End = new StreamEnd(
                        StreamEndKind.BadFrame, FrameError.FrameTooLarge.Describe());
                }

                if (End is not null) return default;
                if (got.EndOfMessage) return _room.AsSpan(0, length).ToArray();
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            End = new StreamEnd(StreamEndKind.Idle, "nothing came for too long");
        }
        catch (OperationCanceledException)
        {
            // The token that is shown is the caller's.
            cancellation.ThrowIfCancellationRequested();
        }
        catch (Exception e) when (IsOfNetwork(e))
        {
            End = new StreamEnd(StreamEndKind.Unreachable, Innermost(e));
        }

        return default;
    }

    private async Task CloseAsync(ClientWebSocket socket)
    {
        using var timeout = new CancellationTokenSource(s_closeTimeout, time);
        try
        {
            if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived)) return;
            await socket.CloseOutputAsync(
                WebSocketCloseStatus.NormalClosure, null, timeout.Token);
        }
        catch (Exception e) when (e is OperationCanceledException || IsOfNetwork(e))
        {
            // It is over in any case.
        }
    }

    private static Uri AddressOf(Uri host, long? cursor)
    {
        var address = new UriBuilder(host)
        {
            Scheme = host.Scheme is "http" or "ws" ? "ws" : "wss",
            Path = "/xrpc/com.atproto.sync.subscribeRepos",
            Query = cursor is { } number
                ? string.Create(CultureInfo.InvariantCulture, $"cursor={number}")
                : "",
        };
        return address.Uri;
    }

    private static StreamEnd EndOf(StreamError error)
    {
        var kind = error.Name switch
        {
            StreamError.FutureCursor => StreamEndKind.FutureCursor,
            StreamError.ConsumerTooSlow => StreamEndKind.ConsumerTooSlow,
            _ => StreamEndKind.HostError,
        };
        return new StreamEnd(kind, $"{error.Name}: {error.Message}");
    }

    private static StreamEnd ClosedBy(ClientWebSocket socket) => new(
        StreamEndKind.Closed,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(int?)socket.CloseStatus ?? 1005} {socket.CloseStatusDescription}"));

    private static bool IsOfNetwork(Exception e) =>
        e is WebSocketException or HttpRequestException or IOException or SocketException;

    private static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner) e = inner;
        return e.Message;
    }
}
