using System.Buffers;
using System.Text.Json;
using Atproto.Cbor;

namespace Fuzz.Targets;

/// <summary>The strict reader, the checks, and JSON out of what they pass.</summary>
internal sealed class CborTarget : FuzzTarget
{
    // Levels of nesting, and one for the document itself.
    private static readonly JsonReaderOptions s_deep = new()
    {
        MaxDepth = CborLimits.DepthMax + 2,
    };

    private readonly ArrayBufferWriter<byte> _json = new(1 << 16);

    internal override IReadOnlyList<byte[]> Seeds { get; } = GoodBlocks.Records();

    internal override int Share => 20;

    internal override void Run(byte[] input)
    {
        var strict = CborCheck.Block(input, CborRules.Strict);
        var lenient = CborCheck.Block(input, CborRules.Lenient);
        Assert.True(strict != CborError.None || lenient == CborError.None);
        _json.ResetWrittenCount();
        Assert.Equal(lenient, CborJson.TryWrite(input, _json));
        Assert.Equal(lenient == CborError.None, _json.WrittenCount > 0);
        if (lenient == CborError.None) IsJson(_json.WrittenSpan);
        Assert.True(strict == CborError.None || strict.Describe().Length > 0);
        ReadOn(input);
    }

    private static void IsJson(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, s_deep);
        while (reader.Read()) reader.Skip();
        Assert.Equal(json.Length, reader.BytesConsumed);
    }

    // Item after item, in whatever way one goes on: refusals take nothing.
    private static void ReadOn(byte[] input)
    {
        var reader = new CborReader(input);
        while (!reader.AtEnd)
        {
            int before = reader.Offset;
            CborError error = default;
            for (int way = 0; way < 9; way++)
            {
                error = way switch
                {
                    0 => reader.ReadMap(out _),
                    1 => reader.ReadArray(out _),
                    2 => reader.ReadText(out _),
                    3 => reader.ReadBytes(out _),
                    4 => reader.ReadInt32(out _),
                    5 => reader.ReadUnsigned(out _),
                    6 => reader.ReadLink(out _),
                    7 => reader.ReadLinkBinary(out _),
                    _ => reader.ReadAnyLink(out _),
                };
                if (error == CborError.None) break;
                Assert.Equal(before, reader.Offset);
            }

            if (error != CborError.None && !reader.TryReadNull()) return;
            Assert.True(reader.Offset > before);
        }
    }
}
