using System.Buffers.Binary;

namespace Http.WebSockets;

/// <summary>
/// Reads a client's frames (RFC 6455 §5) and keeps nothing of them but the payload of a control
/// frame: every byte given is consumed, however the input was cut, so that a WebSocket that waits
/// holds no buffer. Data is dropped. Only text is unmasked, byte by byte, to see that it is UTF-8:
/// clients have nothing to say, so there is no fast path.
/// </summary>
internal sealed class WebSocketFrameReader(HttpLimits limits)
{
    internal const int ControlBytesMax = 125;

    // Bits of the first byte and of the second.
    private const int Final = 0x80;
    private const int Reserved = 0x70;
    private const int Masked = 0x80;

    private readonly byte[] _control = new byte[ControlBytesMax];
    private State _state;
    private bool _isFinal;
    private WebSocketOpcode _opcode;

    // Bytes of a length or mask still to come.
    private int _fieldLeft;
    private ulong _length;

    // The smallest that has no shorter form.
    private ulong _lengthMin;
    private uint _mask;
    private int _controlLength;

    // Of the payload of this frame; its first byte is masked with the mask's first.
    private long _payloadIndex;

    // The message that this frame begins, goes on or stands in.
    private bool _inMessage;
    private bool _isText;
    private long _messageBytes;
    private Utf8Checker _text;

    private enum State : byte
    {
        First,
        Second,
        Length,
        Mask,
        Payload,
        Ended,
    }

    internal FrameError Error { get; private set; }

    /// <summary>Of the ping or close frame just met; valid until the next call.</summary>
    internal ReadOnlySpan<byte> ControlPayload => _control.AsSpan(0, _controlLength);

    /// <summary>Of the close frame met, or <see cref="WebSocketClosing.NoCode"/>.</summary>
    internal int CloseCode => _controlLength == 0
        ? WebSocketClosing.NoCode
        : BinaryPrimitives.ReadUInt16BigEndian(_control);

    private bool IsControl => _opcode >= WebSocketOpcode.Close;

    /// <summary>
    /// Reads on, up to the end of the input or of a frame that wants an answer. After Close or
    /// Rejected the rest is consumed unread.
    /// </summary>
    internal FrameStatus Read(ReadOnlySpan<byte> input, out int consumed)
    {
        consumed = 0;
        while (consumed < input.Length)
        {
            if (_state == State.Ended)
            {
                consumed = input.Length;
                break;
            }

            bool goesOn = _state == State.Payload
                ? ReadPayload(input, ref consumed)
                : ReadHead(input[consumed++]);
            // A frame without payload ends with its head.
            bool ends = _state == State.Payload && _payloadIndex == (long)_length;
            if (goesOn && ends) goesOn = EndFrame();
            if (!goesOn)
            {
                _state = State.Ended;
                return FrameStatus.Rejected;
            }

            if (!ends) continue;
            _state = _opcode == WebSocketOpcode.Close ? State.Ended : State.First;
            if (_opcode == WebSocketOpcode.Close) return FrameStatus.Close;
            if (_opcode == WebSocketOpcode.Ping) return FrameStatus.Ping;
        }

        return FrameStatus.NeedMoreData;
    }

    private bool ReadHead(byte value)
    {
        switch (_state)
        {
            case State.First:
                return ReadFirst(value);
            case State.Second:
                return ReadSecond(value);
            case State.Length:
                _length = (_length << 8) | value;
                return --_fieldLeft > 0 || EndLength();
            default:
                _mask = (_mask << 8) | value;
                if (--_fieldLeft == 0) _state = State.Payload;
                return true;
        }
    }

    private bool ReadFirst(byte value)
    {
        if ((value & Reserved) != 0) return Refuse(FrameError.ReservedBitsSet);
        _opcode = (WebSocketOpcode)(value & 0x0F);
        _isFinal = (value & Final) != 0;
        _state = State.Second;
        switch (_opcode)
        {
            case WebSocketOpcode.Continuation:
                return _inMessage || Refuse(FrameError.NothingToContinue);
            case WebSocketOpcode.Text or WebSocketOpcode.Binary:
                if (_inMessage) return Refuse(FrameError.MessageNotFinished);
                _inMessage = true;
                _isText = _opcode == WebSocketOpcode.Text;
                _messageBytes = 0;
                _text = default;
                return true;
            case WebSocketOpcode.Close or WebSocketOpcode.Ping or WebSocketOpcode.Pong:
                return _isFinal || Refuse(FrameError.ControlFragmented);
            default:
                return Refuse(FrameError.OpcodeReserved);
        }
    }

    private bool ReadSecond(byte value)
    {
        if ((value & Masked) == 0) return Refuse(FrameError.NotMasked);
        int length = value & 0x7F;
        if (IsControl && length > ControlBytesMax) return Refuse(FrameError.ControlTooLong);
        _state = State.Length;
        (_length, _lengthMin, _fieldLeft) = length switch
        {
            126 => (0UL, 126UL, 2),
            127 => (0UL, 65_536UL, 8),
            _ => ((ulong)length, 0UL, 0),
        };
        return _fieldLeft > 0 || EndLength();
    }

    private bool EndLength()
    {
        if (_length > long.MaxValue) return Refuse(FrameError.LengthNegative);
        if (_length < _lengthMin) return Refuse(FrameError.LengthNotShortest);
        if (IsControl)
        {
            if (_opcode == WebSocketOpcode.Close && _length == 1)
            {
                return Refuse(FrameError.ClosePayloadTooShort);
            }

            _controlLength = (int)_length;
        }
        else
        {
            // Before any of it has come; compared so that no sum can overflow.
            if ((long)_length > limits.WebSocketMessageBytesMax - _messageBytes)
            {
                return Refuse(FrameError.MessageTooLong);
            }

            _messageBytes += (long)_length;
        }

        _payloadIndex = 0;
        _fieldLeft = 4;
        _state = State.Mask;
        return true;
    }

    private bool ReadPayload(ReadOnlySpan<byte> input, ref int consumed)
    {
        int count = (int)Math.Min((long)_length - _payloadIndex, input.Length - consumed);
        var bytes = input.Slice(consumed, count);
        consumed += count;
        if (!IsControl && !_isText)
        {
            _payloadIndex += count;
            return true;
        }

        foreach (byte masked in bytes)
        {
            byte value = (byte)(masked ^ (_mask >> (24 - (8 * (int)(_payloadIndex & 3)))));
            if (IsControl) _control[_payloadIndex] = value;
            else if (!_text.TryAdd(value)) return Refuse(FrameError.TextNotUtf8);
            _payloadIndex++;
        }

        return true;
    }

    private bool EndFrame()
    {
        if (_opcode == WebSocketOpcode.Close) return CheckClose();
        if (IsControl || !_isFinal) return true;
        _inMessage = false;
        return !_isText || _text.IsComplete || Refuse(FrameError.TextNotUtf8);
    }

    private bool CheckClose()
    {
        if (_controlLength == 0) return true;
        if (!WebSocketClosing.MayBeSent(CloseCode)) return Refuse(FrameError.CloseCodeInvalid);
        var reason = new Utf8Checker();
        foreach (byte value in ControlPayload[2..])
        {
            if (!reason.TryAdd(value)) return Refuse(FrameError.TextNotUtf8);
        }

        return reason.IsComplete || Refuse(FrameError.TextNotUtf8);
    }

    private bool Refuse(FrameError error)
    {
        Error = error;
        return false;
    }
}
