using System.Text.Json;
using System.Text.Json.Nodes;
using Atproto.Cbor;
using Atproto.Multiformats;
using Shared;

namespace Conformance.Tests;

/// <summary>
/// Blocks whose file name is their CID, with the same data in DAG-JSON. Strict reading refuses
/// those that hold floats, which atproto does not have; as records they are readable all the same.
/// </summary>
public sealed class CborCodecFixtureTests
{
    private const string Folder = "cbor/codec-fixtures";

    public static IEnumerable<string> Cases() => Corpus.Folders(Folder)
        .Where(name => name != "negative");

    [Test]
    [MethodDataSource(nameof(Cases))]
    public void TryWrite_Fixture_HashesToItsNameAndIsItsJson(string name)
    {
        string folder = Path.Combine(Corpus.PathOf(Folder), name);
        string file = Directory.GetFiles(folder, "*.dag-cbor").Single();
        byte[] block = File.ReadAllBytes(file);
        Assert.Equal(
            Path.GetFileNameWithoutExtension(file), Cid.Of(CidCodec.DagCbor, block).ToString());

        string json = File.ReadAllText(Directory.GetFiles(folder, "*.dag-json").Single());
        var expected = JsonForms.FromDagJson(JsonNode.Parse(json));
        Assert.Equal(
            HoldsFloat(expected) ? CborError.FloatNotAllowed : CborError.None,
            CborCheck.Block(block, CborRules.Strict));

        var actual = JsonForms.Of(block);
        Assert.True(
            JsonForms.AreEqual(expected, actual),
            $"expected {expected?.ToJsonString()}, printed {actual?.ToJsonString()}");
    }

    // DAG-JSON prints a float with a point or an exponent, an integer without.
    private static bool HoldsFloat(JsonNode? node) => node switch
    {
        JsonArray items => items.Any(HoldsFloat),
        JsonObject map => map.Any(p => HoldsFloat(p.Value)),
        JsonValue value => value.GetValueKind() == JsonValueKind.Number
            && value.ToJsonString().AsSpan().IndexOfAny('.', 'e') >= 0,
        _ => false,
    };

    [Test]
    public void Block_DuplicateKeys_AreRefused()
    {
        var fixture = Corpus.Element($"{Folder}/negative/duplicate-keys.json", 0);
        byte[] block = Convert.FromHexString(fixture.GetProperty("hex").GetString()!);
        Assert.Equal(CborError.KeyDuplicate, CborCheck.Block(block, CborRules.Lenient));
    }

    [Test]
    public void Cases_All_AreThere()
    {
        Corpus.Require();
        Assert.Equal(126, Cases().Count());
    }
}
