using System.Net;
using Http.Messages;
using Http.WebSockets;
using Http.Work;

namespace Http.Connections;

/// <summary>
/// One request as the handler sees it. Spans point into the connection's receive buffer.
/// </summary>
public sealed class HttpRequest
{
    private readonly WorkingSet _work;
    private HttpConnection? _connection;

    internal HttpRequest(WorkingSet work) => _work = work;

    public HttpMethod Method => _work.Head.Method;

    /// <summary>The method as sent, case kept.</summary>
    public ReadOnlySpan<byte> MethodText => _work.Head.MethodText.Of(HeadBytes);

    /// <summary>
    /// The target's path, not percent-decoded, from its first slash up to the query.
    /// </summary>
    /// <remarks>"*" for a request about the server itself, which only OPTIONS can be.</remarks>
    public ReadOnlySpan<byte> Path => _work.Head.PathOf(HeadBytes);

    /// <summary>The raw query without its question mark; empty when there is none.</summary>
    public ReadOnlySpan<byte> Query => _work.Head.Query.Of(HeadBytes);

    /// <summary>The Host header, or the authority of an absolute target.</summary>
    public ReadOnlySpan<byte> Host => _work.Head.Host.Of(HeadBytes);

    /// <summary>False for HTTP/1.0.</summary>
    public bool IsVersion11 => _work.Head.IsVersion11;

    /// <summary>
    /// Bytes of content the request carried or announced; they were drained or refused.
    /// </summary>
    /// <remarks>Of chunked content that is too long: the sizes of the chunks seen so far.</remarks>
    public long ContentBytes { get; internal set; }

    public IPAddress? RemoteAddress => _connection?.RemoteAddress;

    /// <summary>
    /// Who asks: <see cref="RemoteAddress"/>, or what a trusted proxy there says of its client.
    /// </summary>
    public IPAddress? ClientAddress => _connection?.ClientOf(this);

    /// <summary>What the handler may do before others have their turn.</summary>
    public Turn Turn => _work.Turn;

    /// <summary>
    /// Whether the handler may wait for a disk or a lock; see <see cref="HttpResponse.Postpone"/>.
    /// </summary>
    public bool MayBlock => _work.Turn.MayBlock;

    /// <summary>
    /// Which kind of work this is, by a number of the handler's choice. Kinds share the threads
    /// that may wait, so that a crowd of one leaves room for the others.
    /// </summary>
    public int WorkKind { get; set; }

    /// <summary>
    /// Whatever the handler wants to keep for the connection's later requests. Only one request of
    /// a connection is handled at a time. Disposed with the connection if it is disposable.
    /// </summary>
    public object? ConnectionState
    {
        get => _connection?.State;
        set
        {
            if (_connection is not null) _connection.State = value;
        }
    }

    /// <summary>The first subprotocol offered for a WebSocket; empty when there is none.</summary>
    public ReadOnlySpan<byte> WebSocketProtocol =>
        WebSocketHandshake.FirstProtocol(_work.Head, HeadBytes);

    public int HeaderCount => _work.Head.Headers.Count;

    private ReadOnlySpan<byte> HeadBytes => _work.Input.FromHead;

    /// <summary>
    /// The first header of that name; <paramref name="lowerCaseName"/> is lower-case ASCII.
    /// </summary>
    public bool TryGetHeader(ReadOnlySpan<byte> lowerCaseName, out ReadOnlySpan<byte> value)
    {
        int index = FindHeader(lowerCaseName);
        value = index < 0 ? default : _work.Head.Headers.Value(HeadBytes, index);
        return index >= 0;
    }

    /// <summary>
    /// The position of the first header line of that name at or after <paramref name="from"/>, or
    /// -1: for headers that may come in several lines.
    /// </summary>
    public int FindHeader(ReadOnlySpan<byte> lowerCaseName, int from = 0) =>
        _work.Head.Headers.Find(HeadBytes, lowerCaseName, from);

    /// <summary>
    /// Whether the request may become a WebSocket, and if not, why (RFC 6455 §4.2.1).
    /// </summary>
    public HandshakeRejection CheckWebSocketHandshake() =>
        WebSocketHandshake.Check(_work.Head, HeadBytes);

    /// <summary>The name of a header line by its position, case kept.</summary>
    public ReadOnlySpan<byte> HeaderName(int index) => _work.Head.Headers.Name(HeadBytes, index);

    /// <summary>
    /// The value of a header line by its position, without white space around it.
    /// </summary>
    public ReadOnlySpan<byte> HeaderValue(int index) => _work.Head.Headers.Value(HeadBytes, index);

    internal void Bind(HttpConnection? connection, long contentBytes)
    {
        _connection = connection;
        ContentBytes = contentBytes;
        WorkKind = 0;
    }
}
