using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Atproto.Cbor;
using Atproto.Multiformats;
using Atproto.Repo;
using Samples;
using Shared;

namespace Conformance.Tests;

/// <summary>
/// The data model's own fixtures. The valid ones are read from their CBOR; of the invalid ones,
/// which are JSON to be refused by writers, those are left that say something about reading.
/// </summary>
public sealed class DataModelTests
{
    private const string Fixtures = "interop/data-model/data-model-fixtures.json";
    private const string Valid = "interop/data-model/data-model-valid.json";
    private const string Invalid = "interop/data-model/data-model-invalid.json";

    public static IEnumerable<int> Indices(string file) => Corpus.Indices(file);

    [Test]
    [MethodDataSource(nameof(Indices), Arguments = [Fixtures])]
    public void TryWrite_Fixture_HasItsCidAndItsJson(int index)
    {
        var fixture = Corpus.Element(Fixtures, index);
        byte[] block = Unpadded(fixture.GetProperty("cbor_base64").GetString()!);
        Assert.Equal(CborError.None, CborCheck.Block(block, CborRules.Strict));
        Assert.Equal(
            fixture.GetProperty("cid").GetString(), Cid.Of(CidCodec.DagCbor, block).ToString());
        SameJson(fixture.GetProperty("json"), block);
        Assert.Equal(block, Encode(fixture.GetProperty("json")));
    }

    [Test]
    [MethodDataSource(nameof(Indices), Arguments = [Valid])]
    public void TryWrite_ValidData_IsItsJsonAgain(int index)
    {
        var json = Corpus.Element(Valid, index).GetProperty("json");
        byte[] block = Encode(json);
        Assert.Equal(CborError.None, CborCheck.Block(block, CborRules.Strict));
        SameJson(json, block);
    }

    [Test]
    [MethodDataSource(nameof(Indices), Arguments = [Invalid])]
    public void Find_InvalidBlob_IsNoReference(int index)
    {
        var fixture = Corpus.Element(Invalid, index);
        string note = fixture.GetProperty("note").GetString()!;
        if (!note.StartsWith("blob", StringComparison.Ordinal)) return;
        byte[] block = Encode(fixture.GetProperty("json"));
        Assert.True(BlobReferences.MayBeIn(block));
        var sink = new CountingSink();
        BlobReferences.Find(block, sink);
        Assert.Equal(0, sink.Count);
    }

    private static void SameJson(JsonElement expected, byte[] block)
    {
        var actual = JsonForms.Of(block);
        Assert.True(
            JsonForms.AreEqual(JsonNode.Parse(expected.GetRawText()), actual),
            actual?.ToJsonString());
    }

    private static byte[] Encode(JsonElement json) =>
        SampleRecord.Encode(((string, object?)[])Value(json)!);

    private static object? Value(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var pairs = json.EnumerateObject().ToArray();
                if (pairs is [{ Name: "$link" }]) return MstCorpus.Cid(pairs[0].Value.GetString());
                if (pairs is [{ Name: "$bytes" }]) return Unpadded(pairs[0].Value.GetString()!);
                return pairs.Select(p => (p.Name, Value(p.Value))).ToArray();
            case JsonValueKind.Array:
                return json.EnumerateArray().Select(Value).ToArray();
            case JsonValueKind.String:
                return json.GetString();
            case JsonValueKind.Number:
                return (long)double.Parse(json.GetRawText(), CultureInfo.InvariantCulture);
            default:
                return json.ValueKind == JsonValueKind.Null ? null : json.GetBoolean();
        }
    }

    private static byte[] Unpadded(string text) =>
        Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));

    private sealed class CountingSink : IBlobReferenceSink
    {
        internal int Count { get; private set; }

        public void OnBlobReference(in Cid cid, ReadOnlySpan<byte> mimeType) => Count++;
    }
}
