using System.Text.Json;
using Atproto.Cbor;
using Atproto.Mst;
using Atproto.Multiformats;
using Samples;

namespace Conformance.Tests;

/// <summary>Roots, layers and node bytes that the reference's own tree gives.</summary>
public sealed class MstKnownAnswerTests
{
    private const string Value = "bafyreie5cvv4h45feadgeuwhbcutmh6t2ceseocckahdoe6uat64zmz454";
    private const string Prefix = "com.example.record/3jqfcqzm";

    [Test]
    [Arguments("", "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm")]
    [Arguments("3fo2j", "bafyreibj4lsc3aqnrvphp5xmrnfoorvru4wynt6lwidqbm2623a6tatzdu")]
    [Arguments("3fx2j", "bafyreih7wfei65pxzhauoibu3ls7jgmkju4bspy4t2ha2qdjnzqvoy33ai")]
    [Arguments(
        "3fp2j 3fr2j 3fs2j 3ft2j 4fc2j",
        "bafyreicmahysq4n6wfuxo522m6dpiy7z7qzym3dzs756t5n7nfdgccwq7m")]
    [Arguments(
        "3fn2j 3fo2j 3fp2j 3fs2j 3ft2j 3fu2j",
        "bafyreifnqrwbk6ffmyaz5qtujqrzf5qmxf7cbxvgzktl4e3gabuxbtatv4")]
    [Arguments(
        "3fn2j 3fo2j 3fp2j 3ft2j 3fu2j",
        "bafyreie4kjuxbwkhzg2i5dljaswcroeih4dgiqq6pazcmunwt2byd725vi")]
    [Arguments(
        "3fo2j 3fp2j 3fr2j 3fs2j 3ft2j 3fz2j 4fc2j 4fd2j 4ff2j 4fg2j 4fh2j",
        "bafyreiettyludka6fpgp33stwxfuwhkzlur6chs4d2v4nkmq2j3ogpdjem")]
    [Arguments(
        "3fo2j 3fp2j 3fr2j 3fs2j 3ft2j 3fz2j 4fc2j 4fd2j 4ff2j 4fg2j 4fh2j 3fx2j",
        "bafyreid2x5eqs4w4qxvc5jiwda4cien3gw2q6cshofxwnvv7iucrmfohpm")]
    [Arguments("3ft2j 3fz2j", "bafyreidfcktqnfmykz2ps3dbul35pepleq7kvv526g47xahuz3rqtptmky")]
    [Arguments("3ft2j 3fx2j 3fz2j", "bafyreiavxaxdz7o7rbvr3zg2liox2yww46t7g6hkehx4i4h3lwudly7dhy")]
    [Arguments(
        "3ft2j 3fx2j 3fz2j 4fd2j", "bafyreig4jv3vuajbsybhyvb7gggvpwh2zszwfyttjrj6qwvcsp24h6popu")]
    public void Root_KnownKeys_IsTheReferencesInEveryOrder(string suffixes, string expected)
    {
        var value = MstCorpus.Cid(Value);
        string[] keys =
            [.. suffixes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => Prefix + s)];
        for (int seed = 0; seed < 20; seed++)
        {
            new SampleRandom((ulong)seed).Shuffle<string>(keys);
            Assert.Equal(expected, MstCorpus.TreeOf(keys, value).RootCid.ToString());
        }
    }

    [Test]
    [Arguments(
        "3fn2j 3fo2j 3fp2j 3fs2j 3ft2j 3fu2j",
        "3fs2j",
        "bafyreie4kjuxbwkhzg2i5dljaswcroeih4dgiqq6pazcmunwt2byd725vi")]
    [Arguments(
        "3fo2j 3fp2j 3fr2j 3fs2j 3ft2j 3fz2j 4fc2j 4fd2j 4ff2j 4fg2j 4fh2j 3fx2j",
        "3fx2j",
        "bafyreiettyludka6fpgp33stwxfuwhkzlur6chs4d2v4nkmq2j3ogpdjem")]
    [Arguments(
        "3ft2j 3fx2j 3fz2j",
        "3fx2j",
        "bafyreidfcktqnfmykz2ps3dbul35pepleq7kvv526g47xahuz3rqtptmky")]
    [Arguments("3fx2j", "3fx2j", "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm")]
    public void Delete_KnownKey_GivesTheRootWithoutIt(
        string suffixes, string deleted, string expected)
    {
        var tree = MstCorpus.TreeOf(
            suffixes.Split(' ').Select(s => Prefix + s), MstCorpus.Cid(Value));
        MstCorpus.Done(tree.Delete(MstCorpus.Key(Prefix + deleted), out var previous));
        Assert.Equal(Value, previous.ToString());
        Assert.Equal(expected, tree.RootCid.ToString());
    }

    [Test]
    public void Block_KnownNodes_AreTheReferencesBytes()
    {
        var value = MstCorpus.Cid(Value);
        Assert.Equal(
            "a2616581a4616b5820636f6d2e6578616d706c652e7265636f72642f336a716663717a6d33666f32"
            + "6a6170006174f66176d82a582500017112209d156bc3f3a520066252c708a9361fd3d08922384250"
            + "0e3713d404fdccb33cef616cf6",
            Convert.ToHexStringLower(MstCorpus.TreeOf([Prefix + "3fo2j"], value).Root.Block.Span));
        var five = MstCorpus.TreeOf(
            "3fp2j 3fr2j 3fs2j 3ft2j 4fc2j".Split(' ').Select(s => Prefix + s), value);
        Assert.Equal(
            "a2616582a4616b5820636f6d2e6578616d706c652e7265636f72642f336a716663717a6d33667032"
            + "6a6170006174f66176d82a582500017112209d156bc3f3a520066252c708a9361fd3d08922384250"
            + "0e3713d404fdccb33cefa4616b4372326a6170181d6174f66176d82a582500017112209d156bc3f3"
            + "a520066252c708a9361fd3d089223842500e3713d404fdccb33cef616cf6",
            Convert.ToHexStringLower(five.Root.Left!.Block.Span));
        Assert.Equal(
            "bafyreif3sdxmlpkhus4bgjqfxoduedvmgsuhvb2f3kqaoo3hp3pixz3lve",
            five.Root.Left.Cid.ToString());
    }

    [Test]
    [Arguments("", 0)]
    [Arguments("asdf", 0)]
    [Arguments("blue", 1)]
    [Arguments("2653ae71", 0)]
    [Arguments("88bfafc7", 2)]
    [Arguments("2a92d355", 4)]
    [Arguments("884976f5", 6)]
    [Arguments("app.bsky.feed.post/454397e440ec", 4)]
    [Arguments("app.bsky.feed.post/9adeb165882c", 8)]
    public void Of_KnownKey_IsItsLayer(string key, int expected) =>
        Assert.Equal(expected, MstLayer.Of(MstCorpus.Key(key)));

    [Test]
    public void Of_InteropKeyHeights_AreTheirs()
    {
        using var json = JsonDocument.Parse(MstCorpus.ReadText("interop/mst/key_heights.json"));
        Assert.All(json.RootElement.EnumerateArray(), item => Assert.Equal(
            item.GetProperty("height").GetInt32(),
            MstLayer.Of(MstCorpus.Key(item.GetProperty("key").GetString()!))));
    }

    [Test]
    public void WriteNode_InteropCommonPrefixes_AreShared()
    {
        using var json = JsonDocument.Parse(MstCorpus.ReadText("interop/mst/common_prefix.json"));
        var value = MstCorpus.Cid(Value);
        foreach (var item in json.RootElement.EnumerateArray())
        {
            var output = new System.Buffers.ArrayBufferWriter<byte>();
            byte[] left = MstCorpus.Key(item.GetProperty("left").GetString()!);
            byte[] right = MstCorpus.Key(item.GetProperty("right").GetString()!);
            MstLeaf[] leaves = [new(left, value, default), new(right, value, default)];
            MstEncoder.WriteNode(output, default, leaves);
            var node = new MstNode();
            Assert.Equal(MstError.None, node.Read(output.WrittenSpan));
            Assert.Equal(CborError.None, node.CborError);
            Assert.Equal(item.GetProperty("len").GetInt32(), node.Entries[1].PrefixLength);
        }
    }

    [Test]
    public void Root_InteropExampleKeys_BuilderAndTreeAgree()
    {
        string[] keys = File.ReadAllLines(MstCorpus.PathOf("interop/mst/example_keys.txt"));
        Array.Sort(keys, string.CompareOrdinal);
        var value = MstCorpus.Cid(Value);
        var builder = new MstBuilder(new NoSink());
        foreach (string key in keys)
        {
            Assert.Equal(MstError.None, builder.Add(MstCorpus.Key(key), value));
            // The names say on which layer they are: letter, layer, slash.
            Assert.Equal(key[1] - '0', MstLayer.Of(MstCorpus.Key(key)));
        }

        Assert.Equal(MstCorpus.TreeOf(Enumerable.Reverse(keys), value).RootCid, builder.Finish());
    }

    private sealed class NoSink : IMstNodeSink
    {
        public void Add(in Cid cid, int layer, long firstKey, ReadOnlySpan<byte> block)
        {
        }
    }
}
