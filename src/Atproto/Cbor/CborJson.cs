using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Atproto.Multiformats;

namespace Atproto.Cbor;

/// <summary>
/// DAG-CBOR as JSON, straight from a block's bytes into an output buffer
/// (https://atproto.com/specs/data-model#json-representation). Field order stays, links become
/// $link, bytes $bytes without padding, integers are printed exactly. Lenient as <see
/// cref="CborRules.Lenient"/>: undefined is null, and text that is not UTF-8 gets replacement
/// characters.
/// </summary>
public static class CborJson
{
    // What JSON text must escape; everything else goes out as it is.
    private static readonly SearchValues<byte> s_escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(value => (byte)value), (byte)'"', (byte)'\\']);

    /// <summary>
    /// Writes the one item of a block. None, or why the block has no JSON form; then nothing is
    /// written.
    /// </summary>
    public static CborError TryWrite(ReadOnlySpan<byte> block, IBufferWriter<byte> output)
    {
        var error = CborCheck.Block(block, CborRules.Lenient);
        if (error == CborError.None) WriteChecked(block, output);
        return error;
    }

    /// <summary>The same for a block that <see cref="CborCheck"/> has passed.</summary>
    public static void WriteChecked(ReadOnlySpan<byte> block, IBufferWriter<byte> output)
    {
        var writer = new Writer(block, output);
        writer.Item();
        writer.Flush();
    }

    /// <summary>What stands between the quotes of a text.</summary>
    internal static void WriteContent(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        var writer = new Writer(default, output);
        writer.Content(text);
        writer.Flush();
    }

    // The input was checked: every head is sound and every length is there.
    private ref struct Writer(ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        private readonly IBufferWriter<byte> _output = output;
        private CborReader _reader = new(input);
        private readonly ReadOnlySpan<byte> _input = input;
        private Span<byte> _span;
        private int _used;

        internal void Item()
        {
            _reader.PeekHead(out var type, out ulong argument, out _);
            switch (type)
            {
                case CborMajorType.Unsigned:
                    _reader.Skip();
                    Number(argument);
                    break;
                case CborMajorType.Negative:
                    _reader.Skip();
                    // -1 - argument needs 65 bits.
                    Number(-1 - (Int128)argument);
                    break;
                case CborMajorType.Bytes:
                    _reader.ReadBytes(out var bytes);
                    Bytes(bytes);
                    break;
                case CborMajorType.Text:
                    _reader.ReadText(out var text);
                    Text(text);
                    break;
                case CborMajorType.Array:
                    Array();
                    break;
                case CborMajorType.Map:
                    Map();
                    break;
                case CborMajorType.Tag:
                    _reader.ReadAnyLink(out var link);
                    Link(link);
                    break;
                default:
                    Simple(argument);
                    break;
            }
        }

        internal void Flush()
        {
            if (_used > 0) _output.Advance(_used);
            _span = default;
            _used = 0;
        }

        private void Array()
        {
            _reader.ReadArray(out int count);
            Byte((byte)'[');
            for (int i = 0; i < count; i++)
            {
                if (i > 0) Byte((byte)',');
                Item();
            }

            Byte((byte)']');
        }

        private void Map()
        {
            _reader.ReadMap(out int count);
            Byte((byte)'{');
            for (int i = 0; i < count; i++)
            {
                if (i > 0) Byte((byte)',');
                _reader.ReadText(out var key);
                Text(key);
                Byte((byte)':');
                Item();
            }

            Byte((byte)'}');
        }

        private void Text(ReadOnlySpan<byte> text)
        {
            Byte((byte)'"');
            Content(text);
            Byte((byte)'"');
        }

        internal void Content(ReadOnlySpan<byte> text)
        {
            if (!Utf8.IsValid(text)) text = Repair(text);
            while (true)
            {
                int plain = text.IndexOfAny(s_escaped);
                if (plain < 0) break;
                Raw(text[..plain]);
                Escape(text[plain]);
                text = text[(plain + 1)..];
            }

            Raw(text);
        }

        private void Escape(byte value)
        {
            switch (value)
            {
                case (byte)'"': Raw("\\\""u8); break;
                case (byte)'\\': Raw("\\\\"u8); break;
                case (byte)'\b': Raw("\\b"u8); break;
                case (byte)'\t': Raw("\\t"u8); break;
                case (byte)'\n': Raw("\\n"u8); break;
                case (byte)'\f': Raw("\\f"u8); break;
                case (byte)'\r': Raw("\\r"u8); break;
                default:
                    Raw("\\u00"u8);
                    Byte("0123456789abcdef"u8[value >> 4]);
                    Byte("0123456789abcdef"u8[value & 15]);
                    break;
            }
        }

        private void Bytes(ReadOnlySpan<byte> bytes)
        {
            Raw("{\"$bytes\":\""u8);
            Reserve(Base64.GetMaxEncodedToUtf8Length(bytes.Length));
            Base64.EncodeToUtf8(bytes, _span[_used..], out _, out int written);
            _used += written;
            while (written-- > 0 && _span[_used - 1] == '=') _used--;
            Raw("\"}"u8);
        }

        private void Link(ReadOnlySpan<byte> cid)
        {
            Raw("{\"$link\":\""u8);
            if (CidBinary.IsVersion0(cid))
            {
                Raw(Encoding.ASCII.GetBytes(SimpleBase.Base58.Bitcoin.Encode(cid)));
            }
            else
            {
                int length = Base32.EncodedLength(cid.Length);
                Reserve(length + 1);
                _span[_used] = (byte)'b';
                Base32.Encode(cid, _span.Slice(_used + 1, length));
                _used += length + 1;
            }

            Raw("\"}"u8);
        }

        private void Simple(ulong argument)
        {
            int info = _input[_reader.Offset] & 0x1f;
            _reader.Skip();
            switch (info)
            {
                case 20: Raw("false"u8); break;
                case 21: Raw("true"u8); break;
                case 22 or 23: Raw("null"u8); break;
                default: JsonNumber(CborFloat.FromBits(info, argument)); break;
            }
        }

        private void JsonNumber(double value) =>
            Raw(Encoding.ASCII.GetBytes(CborFloat.Print(value)));

        private void Number<T>(T value)
            where T : IUtf8SpanFormattable
        {
            Reserve(40);
            value.TryFormat(_span[_used..], out int written, default, CultureInfo.InvariantCulture);
            _used += written;
        }

        private void Byte(byte value)
        {
            Reserve(1);
            _span[_used++] = value;
        }

        private void Raw(ReadOnlySpan<byte> bytes)
        {
            Reserve(bytes.Length);
            bytes.CopyTo(_span[_used..]);
            _used += bytes.Length;
        }

        private void Reserve(int count)
        {
            if (_span.Length - _used >= count) return;
            Flush();
            _span = _output.GetSpan(Math.Max(count, 512));
        }

        private static byte[] Repair(ReadOnlySpan<byte> text) =>
            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text));
    }
}
