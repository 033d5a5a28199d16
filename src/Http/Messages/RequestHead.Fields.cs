using System.Text;

namespace Http.Messages;

// The header lines, and what the ones about framing mean (RFC 9112 §5, §6 and §9; RFC 9110
// §10.1.1).
internal sealed partial class RequestHead
{
    private bool _hasHost;
    private bool _hasTransferEncoding;
    private bool _closeAsked;
    private bool _keepAliveAsked;

    /// <summary>
    /// The announced length of the content; -1 when there is none or it is chunked.
    /// </summary>
    internal long ContentLength { get; private set; }

    internal bool IsChunked { get; private set; }

    /// <summary>The client waits for "100 Continue" before it sends its content.</summary>
    internal bool ExpectsContinue { get; private set; }

    /// <summary>The client lets the connection stand after this request.</summary>
    internal bool KeepAlive => !_closeAsked && (IsVersion11 || _keepAliveAsked);

    private void ResetFields()
    {
        _hasHost = _hasTransferEncoding = _closeAsked = _keepAliveAsked = false;
        ContentLength = -1;
        IsChunked = ExpectsContinue = false;
    }

    private bool ReadHeaderLine(ReadOnlySpan<byte> head, int start, int end)
    {
        if (Headers.Count == _limits.HeaderCountMax) return Refuse(RequestRejection.TooManyHeaders);
        var line = head[start..end];
        if (line[0] is (byte)' ' or (byte)'\t') return Refuse(RequestRejection.FoldedHeader);
        int colon = line.IndexOf((byte)':');
        if (colon <= 0) return Refuse(RequestRejection.HeaderNameInvalid);
        if (line[colon - 1] is (byte)' ' or (byte)'\t')
        {
            return Refuse(RequestRejection.SpaceBeforeColon);
        }

        var name = line[..colon];
        if (!HttpBytes.IsToken(name)) return Refuse(RequestRejection.HeaderNameInvalid);
        var value = line[(colon + 1)..].TrimEnd(" \t"u8);
        int valueStart = colon + 1 + value.Length;
        value = value.TrimStart(" \t"u8);
        valueStart -= value.Length;
        if (!HttpBytes.IsFieldValue(value)) return Refuse(RequestRejection.HeaderValueInvalid);

        var place = new ByteRange(start + valueStart, value.Length);
        Headers.Add(new ByteRange(start, colon), place);
        return NoteFraming(name, value, place);
    }

    private bool NoteFraming(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ByteRange place)
    {
        switch (name.Length)
        {
            case 4 when Ascii.EqualsIgnoreCase(name, "host"u8):
                return NoteHost(value, place);
            case 6 when Ascii.EqualsIgnoreCase(name, "expect"u8):
                return NoteExpectation(value);
            case 10 when Ascii.EqualsIgnoreCase(name, "connection"u8):
                NoteConnection(value);
                return true;
            case 14 when Ascii.EqualsIgnoreCase(name, "content-length"u8):
                return NoteContentLength(value);
            case 17 when Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8):
                return NoteTransferEncoding(value);
            default:
                return true;
        }
    }

    private bool NoteHost(ReadOnlySpan<byte> value, ByteRange place)
    {
        if (_hasHost) return Refuse(RequestRejection.HostRepeated);
        _hasHost = true;
        // Empty is what a client must send for a target without authority (RFC 9112 §3.2).
        if (!value.IsEmpty && !HostAuthority.IsValid(value))
        {
            return Refuse(RequestRejection.HostInvalid);
        }

        // The authority of an absolute target wins (RFC 9112 §3.2.2).
        if (Host.Length == 0) Host = place;
        return true;
    }

    private bool NoteExpectation(ReadOnlySpan<byte> value)
    {
        // HTTP/1.0 clients do not wait; the field means nothing there (RFC 9110 §10.1.1).
        if (!IsVersion11) return true;
        if (!Ascii.EqualsIgnoreCase(value, "100-continue"u8))
        {
            return Refuse(RequestRejection.ExpectationUnknown);
        }

        ExpectsContinue = true;
        return true;
    }

    private void NoteConnection(ReadOnlySpan<byte> value)
    {
        while (!value.IsEmpty)
        {
            int comma = value.IndexOf((byte)',');
            var option = (comma < 0 ? value : value[..comma]).Trim(" \t"u8);
            value = comma < 0 ? default : value[(comma + 1)..];
            if (Ascii.EqualsIgnoreCase(option, "close"u8)) _closeAsked = true;
            else if (Ascii.EqualsIgnoreCase(option, "keep-alive"u8)) _keepAliveAsked = true;
        }
    }

    private bool NoteContentLength(ReadOnlySpan<byte> value)
    {
        // Equal lengths could be merged (RFC 9110 §8.6); whoever sends two is not worth the risk.
        if (ContentLength >= 0) return Refuse(RequestRejection.ContentLengthRepeated);
        if (value.IsEmpty) return Refuse(RequestRejection.ContentLengthInvalid);
        long length = 0;
        foreach (byte digit in value)
        {
            if (!HttpBytes.IsDigit(digit) || length > (long.MaxValue - (digit - '0')) / 10)
            {
                return Refuse(RequestRejection.ContentLengthInvalid);
            }

            length = (length * 10) + (digit - '0');
        }

        ContentLength = length;
        return true;
    }

    private bool NoteTransferEncoding(ReadOnlySpan<byte> value)
    {
        if (_hasTransferEncoding) return Refuse(RequestRejection.TransferEncodingRepeated);
        _hasTransferEncoding = true;
        IsChunked = Ascii.EqualsIgnoreCase(value, "chunked"u8);
        return true;
    }

    /// <summary>What only the whole head can tell.</summary>
    private bool FinishFields()
    {
        if (_hasTransferEncoding)
        {
            if (ContentLength >= 0)
            {
                return Refuse(RequestRejection.ContentLengthWithTransferEncoding);
            }

            if (!IsVersion11) return Refuse(RequestRejection.TransferEncodingInOldVersion);
            if (!IsChunked) return Refuse(RequestRejection.TransferCodingUnsupported);
        }

        if (IsVersion11 && !_hasHost) return Refuse(RequestRejection.HostMissing);
        return true;
    }
}
