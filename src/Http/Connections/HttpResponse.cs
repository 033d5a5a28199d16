using System.Buffers;
using System.Text;
using Http.Messages;
using Http.WebSockets;
using Microsoft.Win32.SafeHandles;

namespace Http.Connections;

/// <summary>
/// One response, filled by the handler. Exactly one kind of body: what was written to
/// <see cref="Body"/>, a file's range, or a source. The engine adds Date, Connection,
/// Content-Length or Transfer-Encoding, Upgrade to 426, and leaves the body out for HEAD, 204 and
/// 304.
/// </summary>
public sealed class HttpResponse
{
    private const int HeaderBytesKeptMax = 8 * 1024;

    private readonly WorkingSet _work;
    private byte[] _headers = new byte[512];
    private int _headersLength;
    private int _status = 200;
    private SafeFileHandle? _file;
    private IBodySource? _source;

    internal HttpResponse(WorkingSet work) => _work = work;

    /// <summary>200 unless set; 200 to 599.</summary>
    public int Status
    {
        get => _status;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 200);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 599);
            _status = value;
        }
    }

    /// <summary>
    /// A body small enough to be held; kept buffers are reused by the connection.
    /// </summary>
    public IBufferWriter<byte> Body => _work.Output;

    /// <summary>Bytes written to <see cref="Body"/> so far; may be changed in place.</summary>
    public Span<byte> WrittenBody => _work.Output.Body;

    internal long FileOffset { get; private set; }

    /// <summary>
    /// The length of a file's range, of a source, or as declared; null when unknown.
    /// </summary>
    internal long? DeclaredLength { get; private set; }

    /// <summary>How long it takes is up to the client, not to the handler.</summary>
    internal bool IsLong => _file is not null || _source is not null || Messages is not null;

    /// <summary>It is made while it is sent.</summary>
    internal bool IsStream => _source is not null;

    internal bool IsLengthOnly { get; private set; }

    internal bool CloseAsked { get; private set; }

    internal bool IsPostponed { get; private set; }

    internal bool PacksBody { get; private set; }

    internal IMessageSource? Messages { get; private set; }

    internal ReadOnlySpan<byte> HeaderLines => _headers.AsSpan(0, _headersLength);

    /// <summary>Drops what was written to <see cref="Body"/> and every header set so far.</summary>
    /// <remarks>A file or source given before is disposed; the status is 200 again.</remarks>
    public void Reset()
    {
        var (file, source) = TakeBody();
        var messages = TakeMessages();
        Clear();
        _work.Output.BeginBody();
        file?.Dispose();
        source?.Dispose();
        messages?.Dispose();
    }

    /// <summary>
    /// Adds a header. CR, LF and NUL in name or value are refused (ArgumentException).
    /// </summary>
    /// <remarks>So are names that are no token, other control characters, and the headers that the
    /// engine writes itself.</remarks>
    public void AddHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!HttpBytes.IsToken(name))
        {
            throw new ArgumentException("not a header name", nameof(name));
        }

        if (!HttpBytes.IsFieldValue(value))
        {
            throw new ArgumentException("control character in a header value", nameof(value));
        }

        if (IsEnginesOwn(name))
        {
            throw new ArgumentException("this header is written by the engine", nameof(name));
        }

        int length = name.Length + value.Length + 4;
        if (_headers.Length - _headersLength < length)
        {
            Array.Resize(ref _headers, Math.Max(_headers.Length * 2, _headersLength + length));
        }

        var line = _headers.AsSpan(_headersLength, length);
        name.CopyTo(line);
        ": "u8.CopyTo(line[name.Length..]);
        value.CopyTo(line[(name.Length + 2)..]);
        "\r\n"u8.CopyTo(line[(length - 2)..]);
        _headersLength += length;
    }

    /// <summary>
    /// Has what was written to <see cref="Body"/> sent gzipped, with the header that says so, if
    /// that makes it shorter. The engine does it when the handler has returned, and elsewhere if it
    /// is more than a turn beside others allows.
    /// </summary>
    public void PackBody() => PacksBody = true;

    /// <summary>Sends a range of a file, which the connection then owns and disposes.</summary>
    /// <remarks>When this throws, the file still belongs to the caller.</remarks>
    public void SendFile(SafeFileHandle file, long offset, long length)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        RequireNoBody();
        _file = file;
        FileOffset = offset;
        DeclaredLength = length;
    }

    /// <summary>Sends what the source makes. Without a length it goes out chunked.</summary>
    /// <remarks>
    /// With a length, a source that makes another number of bytes has its connection cut. For HEAD
    /// it is disposed unread. When this throws, the source still belongs to the caller.
    /// </remarks>
    public void SendSource(IBodySource source, long? contentLength)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (contentLength is < 0) throw new ArgumentOutOfRangeException(nameof(contentLength));
        RequireNoBody();
        _source = source;
        DeclaredLength = contentLength;
    }

    /// <summary>
    /// For HEAD only: the Content-Length that GET would have, without making a body.
    /// </summary>
    public void DeclareLength(long contentLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(contentLength);
        if (_work.Head.Method != HttpMethod.Head)
        {
            throw new InvalidOperationException("only an answer to HEAD has a length and no body");
        }

        RequireNoBody();
        DeclaredLength = contentLength;
        IsLengthOnly = true;
    }

    /// <summary>
    /// Turns the connection into a WebSocket (RFC 6455 §4.2.2) that sends what the source has; the
    /// handler has found <see cref="HttpRequest.CheckWebSocketHandshake"/> content.
    /// </summary>
    /// <remarks>
    /// The headers are those of the 101 answer; a subprotocol is the handler's to add. The
    /// connection owns the source from here on and disposes it. When this throws, the source still
    /// belongs to the caller.
    /// </remarks>
    public void AcceptWebSocket(IMessageSource messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        RequireNoBody();
        var rejection = WebSocketHandshake.Check(_work.Head, _work.Input.FromHead);
        if (rejection != HandshakeRejection.None)
        {
            throw new InvalidOperationException($"no handshake of a WebSocket: {rejection}");
        }

        Messages = messages;
    }

    /// <summary>
    /// Asks to be called again for this request in another turn, where
    /// <see cref="HttpRequest.MayBlock"/> is true; what was prepared so far is dropped.
    /// </summary>
    public void Postpone()
    {
        Reset();
        IsPostponed = true;
    }

    /// <summary>Closes the connection after this response.</summary>
    public void CloseAfterwards() => CloseAsked = true;

    internal void TryGzipBody()
    {
        PacksBody = false;
        if (GzipBody.TryPack(_work.Output)) AddHeader("Content-Encoding"u8, "gzip"u8);
    }

    /// <summary>The caller owns it from here on.</summary>
    internal IMessageSource? TakeMessages()
    {
        var taken = Messages;
        Messages = null;
        return taken;
    }

    /// <summary>The caller owns both from here on.</summary>
    internal (SafeFileHandle? File, IBodySource? Source) TakeBody()
    {
        var taken = (_file, _source);
        (_file, _source) = (null, null);
        return taken;
    }

    /// <summary>Forgets everything; whoever took the file or source over disposes it.</summary>
    internal void Clear()
    {
        if (_headers.Length > HeaderBytesKeptMax) _headers = new byte[512];
        _headersLength = 0;
        _status = 200;
        _file = null;
        FileOffset = 0;
        _source = null;
        DeclaredLength = null;
        IsLengthOnly = CloseAsked = IsPostponed = PacksBody = false;
        Messages = null;
    }

    private void RequireNoBody()
    {
        if (IsLong || IsLengthOnly || _work.Output.BodyLength > 0)
        {
            throw new InvalidOperationException("the response has a body already");
        }
    }

    private static bool IsEnginesOwn(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 => Ascii.EqualsIgnoreCase(name, "date"u8),
        7 => Ascii.EqualsIgnoreCase(name, "upgrade"u8),
        10 => Ascii.EqualsIgnoreCase(name, "connection"u8)
            || Ascii.EqualsIgnoreCase(name, "keep-alive"u8),
        14 => Ascii.EqualsIgnoreCase(name, "content-length"u8),
        17 => Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8),
        _ => false,
    };
}
