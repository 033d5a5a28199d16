namespace Http.Messages;

/// <summary>
/// The head of one request (RFC 9112 §2 to §6): request line, header lines, and what they say about
/// the content and the connection. Parses line by line and remembers where it stopped, so that a
/// head sent byte by byte is not read again from its start; the outcome does not depend on how the
/// bytes were cut. Holds places, not bytes: every accessor wants the bytes of the head again.
/// Reused.
/// </summary>
internal sealed partial class RequestHead(HttpLimits limits)
{
    private readonly HttpLimits _limits = limits;
    private int _lineStart;
    private int _scanned;
    private bool _hasRequestLine;

    internal RequestRejection Rejection { get; private set; }

    internal HeaderTable Headers { get; } = new();

    internal HttpMethod Method { get; private set; }

    internal ByteRange MethodText { get; private set; }

    /// <summary>Empty when an absolute target has none; see <see cref="PathOf"/>.</summary>
    internal ByteRange Path { get; private set; }

    internal ByteRange Query { get; private set; }

    internal ByteRange Host { get; private set; }

    /// <summary>False for HTTP/1.0, true for 1.1 and later minor versions.</summary>
    internal bool IsVersion11 { get; private set; }

    internal void Reset()
    {
        _lineStart = _scanned = 0;
        _hasRequestLine = false;
        ResetRequestLine();
        Rejection = RequestRejection.None;
        Headers.Clear();
        Method = HttpMethod.Other;
        MethodText = Path = Query = Host = default;
        IsVersion11 = false;
        ResetFields();
    }

    /// <summary>
    /// Reads on in <paramref name="input"/>, which begins with the head's first byte and has grown
    /// since the last call, if there was one since <see cref="Reset"/>.
    /// </summary>
    /// <param name="input">Everything received from the head's first byte on.</param>
    /// <param name="length">The head's length, its last empty line included; 0 unless done.</param>
    internal ParseStatus TryParse(ReadOnlySpan<byte> input, out int length)
    {
        length = 0;
        // What lies beyond the limit is never looked at, however much has arrived.
        var window = input[..Math.Min(input.Length, _limits.HeadBytesMax)];
        while (true)
        {
            int found = window[_scanned..].IndexOfAny((byte)'\r', (byte)'\n');
            int lineEnd = found < 0 ? window.Length : _scanned + found;
            // Also for a line that is not yet complete: its beginning can be wrong already.
            if (!_hasRequestLine && !CheckRequestLineSoFar(window, lineEnd))
            {
                return ParseStatus.Rejected;
            }

            _scanned = lineEnd;
            if (lineEnd < window.Length && window[lineEnd] == '\n')
            {
                return Reject(RequestRejection.BareLineFeed);
            }

            if (lineEnd + 1 >= window.Length)
            {
                return window.Length < _limits.HeadBytesMax
                    ? ParseStatus.NeedMoreData
                    : Reject(RequestRejection.HeadTooLarge);
            }

            if (window[lineEnd + 1] != '\n') return Reject(RequestRejection.BareCarriageReturn);

            int start = _lineStart;
            _lineStart = _scanned = lineEnd + 2;
            if (!_hasRequestLine)
            {
                // One empty line before a request is forgiven (RFC 9112 §2.2).
                if (start == 0 && lineEnd == 0) continue;
                _hasRequestLine = true;
                if (!ReadRequestLine(window, start, lineEnd)) return ParseStatus.Rejected;
            }
            else if (lineEnd > start)
            {
                if (!ReadHeaderLine(window, start, lineEnd)) return ParseStatus.Rejected;
            }
            else
            {
                if (!FinishFields()) return ParseStatus.Rejected;
                length = _lineStart;
                return ParseStatus.Done;
            }
        }
    }

    /// <summary>
    /// The path as sent; "/" (or "*" for OPTIONS) where an absolute target has none.
    /// </summary>
    internal ReadOnlySpan<byte> PathOf(ReadOnlySpan<byte> head)
    {
        if (Path.Length > 0) return Path.Of(head);
        return Method == HttpMethod.Options ? "*"u8 : "/"u8;
    }

    private ParseStatus Reject(RequestRejection rejection)
    {
        Rejection = rejection;
        return ParseStatus.Rejected;
    }

    /// <summary>For the readers of one line, which answer whether to go on.</summary>
    private bool Refuse(RequestRejection rejection)
    {
        Rejection = rejection;
        return false;
    }
}
