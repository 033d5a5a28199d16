using System.Text.Json;
using Atproto.Cbor;
using Shared;

namespace Conformance.Tests;

/// <summary>The strictness cases of DASL (https://dasl.ing), each with our verdict.</summary>
public sealed class CborDaslTests
{
    private const string Folder = "cbor/dasl/fixtures/cbor/";

    private static readonly string[] s_files =
    [
        "cid", "concat", "floats", "indefinite", "integer_range", "map_keys", "numeric_reduction",
        "short_form", "simple", "tags", "utf8",
    ];

    // Legal elsewhere, not in atproto: it has neither floats nor big numbers.
    private static readonly string[] s_refusedHere =
    [
        "floats 0", "floats 1", "floats 4", "floats 7", "floats 8", "floats 9",
        "integer_range 6", "integer_range 7", "numeric_reduction 2", "numeric_reduction 3",
    ];

    // Links in records may be of any version, codec and hash, as long as they are CIDs; and text is
    // not normalised.
    private static readonly string[] s_acceptedHere =
    [
        "cid 3", "cid 6", "cid 7", "cid 8", "cid 9", "cid 10", "utf8 3",
    ];

    public static IEnumerable<(string, int)> Cases() => s_files.SelectMany(
        file => Corpus.Indices($"{Folder}{file}.json")
            .Select(index => (file, index)));

    [Test]
    [MethodDataSource(nameof(Cases))]
    public void Block_Case_GetsItsVerdict(string file, int index)
    {
        var fixture = Corpus.Element($"{Folder}{file}.json", index);
        byte[] block = Convert.FromHexString(fixture.GetProperty("data").GetString()!);
        string name = $"{file} {index}";
        bool expected = s_acceptedHere.Contains(name)
            || (fixture.GetProperty("type").GetString() == "roundtrip"
                && !s_refusedHere.Contains(name));
        var error = CborCheck.Block(block, CborRules.Strict);
        Assert.True(expected == (error == CborError.None), $"{error}: {Text(fixture)}");
    }

    [Test]
    public void Cases_All_AreThere()
    {
        Corpus.Require();
        Assert.Equal(105, Cases().Count());
    }

    private static string? Text(JsonElement fixture) => fixture.GetProperty("desc").GetString();
}
