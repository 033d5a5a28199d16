using System.Text.Unicode;
using Atproto.Multiformats;

namespace Atproto.Cbor;

/// <summary>Checks a whole block: exactly one item, well-formed by the given rules.</summary>
public static class CborCheck
{
    /// <summary>None, or the first cause in reading order.</summary>
    public static CborError Block(ReadOnlySpan<byte> block, CborRules rules)
    {
        var error = First(block, rules, out int length);
        if (error != CborError.None) return error;
        return length == block.Length ? CborError.None : CborError.TrailingBytes;
    }

    /// <summary>
    /// Checks the first item of several that stand one behind the other, and tells its length.
    /// </summary>
    internal static CborError First(ReadOnlySpan<byte> items, CborRules rules, out int length)
    {
        var error = First(items, rules, keys: null, out length, out bool needsKeys);
        // Hardly any block has keys out of order: only then they are kept, in a second walk.
        return needsKeys ? First(items, rules, new KeyStack(), out length, out _) : error;
    }

    /// <summary>
    /// The same in one walk; which needs to keep the keys, and ends early without, where those of a
    /// map are out of order and may be.
    /// </summary>
    internal static CborError First(
        ReadOnlySpan<byte> items, CborRules rules, KeyStack? keys, out int length,
        out bool needsKeys)
    {
        var walk = new Walk(items, rules, keys);
        var error = walk.Item(CborLimits.DepthMax);
        length = walk.Offset;
        needsKeys = walk.NeedsKeys;
        return error;
    }

    private ref struct Walk(ReadOnlySpan<byte> input, CborRules rules, KeyStack? keys)
    {
        private readonly KeyStack? _keys = keys;
        private readonly ReadOnlySpan<byte> _input = input;
        private readonly CborRules _rules = rules;
        private int _offset;

        // Additional information of the head taken last: for simple values it says which.
        private int _headInfo;

        internal readonly int Offset => _offset;

        internal bool NeedsKeys { get; private set; }

        internal CborError Item(int depthLeft)
        {
            var error = TakeHead(out var type, out ulong argument);
            if (error != CborError.None) return error;
            switch (type)
            {
                case CborMajorType.Unsigned or CborMajorType.Negative:
                    return CborError.None;
                case CborMajorType.Bytes:
                    return TakeBytes(argument, out _);
                case CborMajorType.Text:
                    return Text(argument, out _);
                case CborMajorType.Array:
                    return Array(argument, depthLeft);
                case CborMajorType.Map:
                    return Map(argument, depthLeft);
                case CborMajorType.Tag:
                    return Link(argument);
                default:
                    return Simple(argument);
            }
        }

        private CborError Array(ulong count, int depthLeft)
        {
            var error = CheckContainer(count, 1, depthLeft);
            for (ulong i = 0; i < count && error == CborError.None; i++) error =
                Item(depthLeft - 1);
            return error;
        }

        private CborError Map(ulong count, int depthLeft)
        {
            var error = CheckContainer(count, 2, depthLeft);
            bool sorted = true;
            ReadOnlySpan<byte> previous = default;
            for (ulong i = 0; i < count && error == CborError.None; i++)
            {
                error = Key(out var key);
                if (error != CborError.None) break;
                if (i > 0)
                {
                    int order = CborKeyOrder.Compare(previous, key);
                    if (order == 0) return CborError.KeyDuplicate;
                    if (order > 0)
                    {
                        NeedsKeys = _rules == CborRules.Lenient && _keys is null;
                        if (NeedsKeys || _rules == CborRules.Strict) return CborError.KeysUnsorted;
                        sorted = false;
                    }
                }

                previous = key;
                _keys?.Push(key);
                error = Item(depthLeft - 1);
            }

            if (error != CborError.None || _keys is null) return error;
            return _keys.PopHasDuplicates((int)count, sorted)
                ? CborError.KeyDuplicate
                : CborError.None;
        }

        private CborError Key(out ReadOnlySpan<byte> key)
        {
            key = default;
            var error = TakeHead(out var type, out ulong argument);
            if (error != CborError.None) return error;
            return type == CborMajorType.Text ? Text(argument, out key) : CborError.KeyNotText;
        }

        private readonly CborError CheckContainer(ulong count, ulong bytesPerItemMin, int depthLeft)
        {
            if (depthLeft == 0) return CborError.TooDeep;
            if (count > (ulong)(_input.Length - _offset) / bytesPerItemMin)
            {
                return CborError.LengthBeyondInput;
            }

            return count > CborLimits.ItemsMax ? CborError.TooManyItems : CborError.None;
        }

        private CborError Text(ulong length, out ReadOnlySpan<byte> text)
        {
            var error = TakeBytes(length, out text);
            if (error != CborError.None || _rules == CborRules.Lenient) return error;
            return Utf8.IsValid(text) ? CborError.None : CborError.TextNotUtf8;
        }

        private CborError Link(ulong tag)
        {
            if (tag != 42) return CborError.TagUnknown;
            var error = TakeHead(out var type, out ulong length);
            if (error != CborError.None) return error;
            if (type != CborMajorType.Bytes) return CborError.LinkMalformed;
            error = TakeBytes(length, out var content);
            if (error != CborError.None) return error;
            return content.Length > 0 && content[0] == 0 && CidBinary.IsWhole(content[1..])
                ? CborError.None
                : CborError.LinkMalformed;
        }

        // Twenty to 23 are false, true, null and undefined; 25 to 27 are floats of growing width.
        private readonly CborError Simple(ulong argument)
        {
            int info = _headInfo;
            if (info is 20 or 21 or 22) return CborError.None;
            if (info == 23 && _rules == CborRules.Lenient) return CborError.None;
            if (info is not (25 or 26 or 27)) return CborError.SimpleNotAllowed;
            if (_rules == CborRules.Strict) return CborError.FloatNotAllowed;
            return double.IsFinite(CborFloat.FromBits(info, argument))
                ? CborError.None
                : CborError.FloatNotFinite;
        }

        private CborError TakeHead(out CborMajorType type, out ulong argument)
        {
            // The short form is nearly every head there is.
            if (_offset < _input.Length)
            {
                byte initial = _input[_offset];
                _headInfo = initial & 0x1f;
                if (_headInfo < 24)
                {
                    type = (CborMajorType)(initial >> 5);
                    argument = (ulong)_headInfo;
                    _offset++;
                    return CborError.None;
                }
            }

            var reader = new CborReader(_input[_offset..]);
            var error = reader.PeekHead(out type, out argument, out int headBytes);
            _offset += headBytes;
            return error;
        }

        private CborError TakeBytes(ulong length, out ReadOnlySpan<byte> bytes)
        {
            bytes = default;
            if (length > (ulong)(_input.Length - _offset)) return CborError.LengthBeyondInput;
            bytes = _input.Slice(_offset, (int)length);
            _offset += (int)length;
            return CborError.None;
        }
    }
}
