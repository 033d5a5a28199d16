using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;

namespace Atproto.Cbor;

/// <summary>
/// The same JSON as <see cref="CborJson"/> writes, from a block that is read piece by piece: for
/// blocks too large to be held for as long as a client takes. The block has a JSON form; whoever
/// feeds it has checked that.
/// </summary>
public sealed class CborJsonWriter
{
    /// <summary>
    /// A piece that is not the last holds at least so many bytes beyond what was consumed of it:
    /// more than any head, number or link.
    /// </summary>
    public const int AheadBytesMin = 128;

    /// <summary>What one step may write at most.</summary>
    public const int StepBytesMax = (6 * SliceBytes) + AheadBytesMin;

    // How much of a text or byte string is written in one step: a multiple of three, so that
    // base64 can be cut there.
    private const int SliceBytes = 3 * 1024;

    private readonly Level[] _levels = new Level[CborLimits.DepthMax];
    private int _depth;
    private bool _hasRoot;

    // Of the string that is being written.
    private CborMajorType _stringType;
    private ulong _stringLeft;
    private bool _isInString;

    /// <summary>Whether everything is written.</summary>
    public bool IsDone { get; private set; }

    /// <summary>
    /// Writes on, until so many bytes are written that one step more might be too many, or until
    /// more of the block is needed.
    /// </summary>
    /// <param name="piece">The block's bytes from the first that was not consumed yet.</param>
    /// <param name="isLast">Whether the block ends with them.</param>
    /// <param name="output">Where the JSON goes.</param>
    /// <param name="bytesMax">How much to write at most.</param>
    /// <returns>How many bytes of the piece were consumed.</returns>
    public int Write(
        ReadOnlySpan<byte> piece, bool isLast, ArrayBufferWriter<byte> output, int bytesMax)
    {
        int consumed = 0;
        int end = output.WrittenCount + bytesMax - StepBytesMax;
        while (!IsDone && output.WrittenCount <= end)
        {
            var rest = piece[consumed..];
            if (rest.Length < AheadBytesMin && !isLast) break;
            consumed += _isInString ? Slice(rest, output) : Step(rest, output);
        }

        return consumed;
    }

    private int Step(ReadOnlySpan<byte> rest, ArrayBufferWriter<byte> output)
    {
        if (_depth > 0)
        {
            ref var level = ref _levels[_depth - 1];
            if (level.Left == 0)
            {
                output.Write(level.IsMap ? "}"u8 : "]"u8);
                _depth--;
                return 0;
            }

            bool isValue = level.IsMap && level.Left % 2 == 1;
            if (isValue) output.Write(":"u8);
            else if (!level.IsFirst) output.Write(","u8);
            level.Left--;
            level.IsFirst = false;
        }
        else if (_hasRoot)
        {
            IsDone = true;
            return 0;
        }

        _hasRoot = true;
        return Begin(rest, output);
    }

    private int Begin(ReadOnlySpan<byte> rest, ArrayBufferWriter<byte> output)
    {
        var reader = new CborReader(rest);
        reader.PeekHead(out var type, out ulong argument, out int headBytes);
        switch (type)
        {
            case CborMajorType.Text or CborMajorType.Bytes:
                output.Write(type == CborMajorType.Text ? "\""u8 : "{\"$bytes\":\""u8);
                (_isInString, _stringType, _stringLeft) = (true, type, argument);
                return headBytes;
            case CborMajorType.Array or CborMajorType.Map:
                bool isMap = type == CborMajorType.Map;
                output.Write(isMap ? "{"u8 : "["u8);
                long items = isMap ? 2 * (long)argument : (long)argument;
                _levels[_depth++] = new Level { Left = items, IsMap = isMap, IsFirst = true };
                return headBytes;
            default:
                reader.Skip();
                CborJson.WriteChecked(rest[..reader.Offset], output);
                return reader.Offset;
        }
    }

    private int Slice(ReadOnlySpan<byte> rest, ArrayBufferWriter<byte> output)
    {
        int count = (int)Math.Min(_stringLeft, (ulong)Math.Min(rest.Length, SliceBytes));
        bool isEnd = (ulong)count == _stringLeft;
        if (_stringType == CborMajorType.Text)
        {
            if (!isEnd) count = EndOfWhole(rest[..count]);
            CborJson.WriteContent(rest[..count], output);
        }
        else
        {
            if (!isEnd) count -= count % 3;
            WriteBase64(rest[..count], output);
        }

        _stringLeft -= (ulong)count;
        if (_stringLeft > 0) return count;
        output.Write(_stringType == CborMajorType.Text ? "\""u8 : "\"}"u8);
        _isInString = false;
        return count;
    }

    /// <summary>
    /// Where text can be cut so that what is one replacement character in the whole is one here
    /// too: before a character whose bytes are not all there.
    /// </summary>
    private static int EndOfWhole(ReadOnlySpan<byte> text)
    {
        const int CharacterBytesMax = 4;
        Debug.Assert(text.Length > CharacterBytesMax, "a slice holds many characters");
        for (int back = 1; back < CharacterBytesMax; back++)
        {
            byte value = text[^back];
            if (value < 0x80) break;
            bool isLead = value >= 0xc0;
            if (isLead) return text.Length - back;
        }

        return text.Length;
    }

    private static void WriteBase64(ReadOnlySpan<byte> bytes, ArrayBufferWriter<byte> output)
    {
        var room = output.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        Base64.EncodeToUtf8(bytes, room, out _, out int written);
        while (written > 0 && room[written - 1] == '=') written--;
        output.Advance(written);
    }

    private struct Level
    {
        // Of a map, keys and values.
        internal long Left;
        internal bool IsMap;
        internal bool IsFirst;
    }
}
