namespace Http.WebSockets;

/// <summary>
/// Checks UTF-8 (RFC 3629 §4) byte by byte, however it is cut: refuses at the first byte that no
/// valid text could have there. Surrogates, overlong forms and what is above U+10FFFF are told by
/// the second byte already.
/// </summary>
internal struct Utf8Checker
{
    // How many continuation bytes are to come, and the range of the next one.
    private byte _left;
    private byte _low;
    private byte _high;

    /// <summary>No character has begun and not ended.</summary>
    internal readonly bool IsComplete => _left == 0;

    internal bool TryAdd(byte value)
    {
        if (_left == 0) return TryBegin(value);
        if (value < _low || value > _high) return false;
        _left--;
        (_low, _high) = (0x80, 0xBF);
        return true;
    }

    private bool TryBegin(byte value)
    {
        if (value < 0x80) return true;
        (int left, int low, int high) = value switch
        {
            >= 0xC2 and <= 0xDF => (1, 0x80, 0xBF),
            0xE0 => (2, 0xA0, 0xBF),
            0xED => (2, 0x80, 0x9F),
            >= 0xE1 and <= 0xEF => (2, 0x80, 0xBF),
            0xF0 => (3, 0x90, 0xBF),
            >= 0xF1 and <= 0xF3 => (3, 0x80, 0xBF),
            0xF4 => (3, 0x80, 0x8F),
            _ => (0, 0, 0),
        };
        (_left, _low, _high) = ((byte)left, (byte)low, (byte)high);
        return _left > 0;
    }
}
