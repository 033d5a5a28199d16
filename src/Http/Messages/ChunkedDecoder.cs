namespace Http.Messages;

/// <summary>
/// Walks over chunked content (RFC 9112 §7.1) without keeping it: counts the bytes, checks every
/// line end, size, extension and trailer. Takes input cut anywhere. White space around a size is
/// refused (the RFC's "bad white space"), since it is where implementations differ.
/// </summary>
internal struct ChunkedDecoder(HttpLimits limits)
{
    // 16 digits hold every length a long can; zeros in front count.
    private const int SizeDigitsMax = 16;

    private readonly HttpLimits _limits = limits;
    private State _state;
    private long _size;
    private int _digitCount;
    private int _extensionBytes;
    private int _trailerBytes;

    private enum State : byte
    {
        Size,
        ExtensionName,
        ExtensionNameRest,
        ExtensionValue,
        ExtensionToken,
        ExtensionQuoted,
        ExtensionEscape,
        ExtensionEnd,
        SizeLineFeed,
        Data,
        DataReturn,
        DataLineFeed,
        TrailerStart,
        TrailerName,
        TrailerValue,
        TrailerLineFeed,
        LastLineFeed,
        Done,
    }

    /// <summary>The sizes of all chunks begun so far.</summary>
    internal long ContentBytes { get; private set; }

    internal RequestRejection Rejection { get; private set; }

    /// <summary>
    /// Reads on. Stops before the data of a chunk that takes <see cref="ContentBytes"/> over
    /// <paramref name="contentBytesMax"/>, and then asks for more data without end.
    /// </summary>
    internal ParseStatus Read(ReadOnlySpan<byte> input, long contentBytesMax, out int consumed)
    {
        consumed = 0;
        while (consumed < input.Length && _state != State.Done && ContentBytes <= contentBytesMax)
        {
            if (_state == State.Data)
            {
                int taken = (int)Math.Min(_size, input.Length - consumed);
                consumed += taken;
                _size -= taken;
                if (_size == 0) _state = State.DataReturn;
                continue;
            }

            if (!Step(input[consumed])) return ParseStatus.Rejected;
            consumed++;
        }

        return _state == State.Done ? ParseStatus.Done : ParseStatus.NeedMoreData;
    }

    private bool Step(byte value)
    {
        switch (_state)
        {
            case State.Size:
                return StepSize(value);
            case >= State.ExtensionName and <= State.ExtensionEnd:
                return ++_extensionBytes > _limits.ChunkExtensionBytesMax
                    ? Refuse(RequestRejection.ChunkExtensionsTooLarge)
                    : StepExtension(value);
            case State.SizeLineFeed:
                return Expect(value, '\n', _size == 0 ? State.TrailerStart : State.Data,
                    RequestRejection.BareCarriageReturn);
            case State.DataReturn:
                return Expect(value, '\r', State.DataLineFeed, RequestRejection.ChunkEndInvalid);
            case State.DataLineFeed:
                _digitCount = 0;
                return Expect(value, '\n', State.Size, RequestRejection.ChunkEndInvalid);
            default:
                return ++_trailerBytes > _limits.TrailerBytesMax
                    ? Refuse(RequestRejection.TrailersTooLarge)
                    : StepTrailer(value);
        }
    }

    private bool StepSize(byte value)
    {
        int digit = char.IsAsciiHexDigit((char)value) ? HexValue(value) : -1;
        if (digit >= 0)
        {
            if (_digitCount == SizeDigitsMax) return Refuse(RequestRejection.ChunkSizeInvalid);
            if (_digitCount++ == 0) _size = 0;
            _size = (_size << 4) | (uint)digit;
            return _size >= 0 || Refuse(RequestRejection.ChunkSizeInvalid);
        }

        if (_digitCount == 0 || (value != '\r' && value != ';'))
        {
            return Refuse(RequestRejection.ChunkSizeInvalid);
        }

        if (ContentBytes > long.MaxValue - _size) return Refuse(RequestRejection.ChunkSizeInvalid);
        ContentBytes += _size;
        _state = value == ';' ? State.ExtensionName : State.SizeLineFeed;
        return true;
    }

    private bool StepExtension(byte value)
    {
        State next = (_state, value) switch
        {
            (State.ExtensionName or State.ExtensionNameRest, _) when HttpBytes.IsTokenByte(value) =>
                State.ExtensionNameRest,
            (State.ExtensionNameRest, (byte)'=') => State.ExtensionValue,
            (State.ExtensionValue, (byte)'"') => State.ExtensionQuoted,
            (State.ExtensionValue or State.ExtensionToken, _) when HttpBytes.IsTokenByte(value) =>
                State.ExtensionToken,
            (State.ExtensionQuoted, (byte)'"') => State.ExtensionEnd,
            (State.ExtensionQuoted, (byte)'\\') => State.ExtensionEscape,
            (State.ExtensionQuoted or State.ExtensionEscape, _)
                when HttpBytes.IsFieldValueByte(value) => State.ExtensionQuoted,
            (State.ExtensionNameRest or State.ExtensionToken or State.ExtensionEnd, (byte)';') =>
                State.ExtensionName,
            (State.ExtensionNameRest or State.ExtensionToken or State.ExtensionEnd, (byte)'\r') =>
                State.SizeLineFeed,
            _ => State.Done,
        };
        if (next == State.Done) return Refuse(RequestRejection.ChunkExtensionInvalid);
        _state = next;
        return true;
    }

    private bool StepTrailer(byte value)
    {
        switch (_state)
        {
            case State.TrailerStart when value == '\r':
                _state = State.LastLineFeed;
                return true;
            case State.TrailerStart or State.TrailerName when HttpBytes.IsTokenByte(value):
                _state = State.TrailerName;
                return true;
            case State.TrailerName when value == ':':
                _state = State.TrailerValue;
                return true;
            case State.TrailerValue when HttpBytes.IsFieldValueByte(value):
                return true;
            case State.TrailerValue when value == '\r':
                _state = State.TrailerLineFeed;
                return true;
            case State.TrailerLineFeed:
                return Expect(value, '\n', State.TrailerStart, RequestRejection.BareCarriageReturn);
            case State.LastLineFeed:
                return Expect(value, '\n', State.Done, RequestRejection.BareCarriageReturn);
            default:
                return Refuse(RequestRejection.TrailerInvalid);
        }
    }

    private bool Expect(byte value, char expected, State next, RequestRejection otherwise)
    {
        if (value != expected) return Refuse(otherwise);
        _state = next;
        return true;
    }

    private bool Refuse(RequestRejection rejection)
    {
        Rejection = rejection;
        return false;
    }

    private static int HexValue(byte digit) =>
        digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
