using System.Buffers;
using System.Text;
using Atproto.Cbor;
using Atproto.Crypto;
using Atproto.Multiformats;
using Atproto.Repo;
using Samples;

namespace Atproto.Tests.Repo;

/// <summary>Commits as blocks: what is read, and every cause for refusing one.</summary>
public sealed class CommitTests
{
    private static readonly Cid Node = Cid.Of(CidCodec.DagCbor, "node"u8);

    [Test]
    public void Read_GoldenCommit_HasItsFieldsAndVerifies()
    {
        var block = GoldenRepo.Car().Blocks[0];
        Assert.Equal(CommitError.None, Commit.Read(block.Cid, block.Bytes, out var commit));
        Assert.Equal(GoldenRepo.Commit, commit!.Cid.ToString());
        Assert.Equal(GoldenRepo.Did, commit.Did.ToString());
        Assert.Equal(GoldenRepo.Rev, commit.Rev.ToString());
        Assert.Equal(GoldenRepo.Data, commit.Data.ToString());
        Assert.Equal((3, false), (commit.Version, commit.IsLegacy));
        Assert.Equal(KeyError.None, DidKey.TryParse(GoldenRepo.DidKey, out var key));
        Assert.Equal(SignatureError.None, SignatureVerifier.Verify(
            key!, commit.SignedDigest.Span, commit.Signature.Span));
    }

    [Test]
    public void Read_EmptyGoldenRepo_HasTheKnownDigest()
    {
        var output = new ArrayBufferWriter<byte>();
        CommitEncoder.WriteSigned(
            output, Encoding.UTF8.GetBytes(GoldenRepo.Did), Encoding.UTF8.GetBytes(GoldenRepo.Rev),
            new byte[64], Cid.Of(CidCodec.DagCbor, Convert.FromHexString("a2616580616cf6")));
        Assert.Equal(CommitError.None, Read(output.WrittenSpan, out var commit));
        Assert.Equal(
            "a96af8b7e753b89b1a7fb1c48a47c669f507a4b24257fc74c5287163775550f0",
            Convert.ToHexStringLower(commit!.SignedDigest.Span));
    }

    [Test]
    [Arguments("", CommitError.None, false)]
    [Arguments("prev=link", CommitError.None, false)]
    [Arguments("-prev", CommitError.None, true)]
    [Arguments("version=2", CommitError.None, true)]
    [Arguments("version=2,-rev", CommitError.None, true)]
    [Arguments("version=2,-prev,-rev", CommitError.None, true)]
    [Arguments("version=1", CommitError.CommitVersionUnsupported, false)]
    [Arguments("version=4", CommitError.CommitVersionUnsupported, false)]
    [Arguments("version=text", CommitError.CommitMalformed, false)]
    [Arguments("version=negative", CommitError.CommitMalformed, false)]
    [Arguments("-version", CommitError.CommitIncomplete, false)]
    [Arguments("-rev", CommitError.CommitIncomplete, false)]
    [Arguments("-did", CommitError.CommitIncomplete, false)]
    [Arguments("-data", CommitError.CommitIncomplete, false)]
    [Arguments("-did,-rev,-sig,-data,-prev,-version", CommitError.CommitIncomplete, false)]
    [Arguments("-sig", CommitError.CommitUnsigned, false)]
    [Arguments("sig=0", CommitError.CommitSignatureLength, false)]
    [Arguments("sig=63", CommitError.CommitSignatureLength, false)]
    [Arguments("sig=65", CommitError.CommitSignatureLength, false)]
    [Arguments("sig=71", CommitError.CommitSignatureLength, false)] // DER
    [Arguments("sig=text", CommitError.CommitMalformed, false)]
    [Arguments("did=text", CommitError.CommitDidInvalid, false)]
    [Arguments("did=null", CommitError.CommitMalformed, false)]
    [Arguments("rev=zzz", CommitError.CommitRevInvalid, false)]
    [Arguments("rev=null", CommitError.CommitMalformed, false)]
    [Arguments("data=null", CommitError.CommitMalformed, false)]
    [Arguments("data=raw", CommitError.CommitMalformed, false)]
    [Arguments("prev=raw", CommitError.CommitMalformed, false)]
    [Arguments("prev=text", CommitError.CommitMalformed, false)]
    [Arguments("+x", CommitError.CommitKeyUnexpected, false)]
    [Arguments("-prev,+x", CommitError.CommitKeyUnexpected, false)]
    [Arguments("-sig,+x", CommitError.CommitKeyUnexpected, false)]
    public void Read_Variant_GetsItsVerdict(string changes, CommitError expected, bool isLegacy)
    {
        Assert.Equal(expected, Read(Variant(changes), out var commit));
        Assert.Equal(expected == CommitError.None, commit is not null);
        Assert.Equal(isLegacy, commit?.IsLegacy ?? false);
        if (commit is null) return;
        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(
                Variant(changes.Length == 0 ? "-sig" : changes + ",-sig"))),
            Convert.ToHexStringLower(commit.SignedDigest.Span));
    }

    [Test]
    [Arguments("80")]
    [Arguments("f6")]
    [Arguments("")]
    [Arguments("a2616580616cf6ff")]
    public void Read_NoMap_IsMalformed(string hex) =>
        Assert.Equal(CommitError.CommitMalformed, Read(Convert.FromHexString(hex), out _));

    [Test]
    public void Read_NodeBlock_HasAnUnexpectedKey() => Assert.Equal(
        CommitError.CommitKeyUnexpected, Read(Convert.FromHexString("a2616580616cf6"), out _));

    [Test]
    public void Read_CutAnywhere_IsMalformed()
    {
        byte[] block = Variant("");
        for (int length = 0; length < block.Length; length++)
        {
            Assert.Equal(
                CommitError.CommitMalformed, Read(block.AsSpan(0, length), out var commit));
            Assert.Null(commit);
        }

        Assert.Equal(CommitError.CommitMalformed, Read([.. block, 0], out _));
    }

    [Test]
    public void Read_KeysInAnotherOrder_IsMalformed()
    {
        // did and rev are equally long: exchange them.
        string hex = Convert.ToHexStringLower(Variant(""));
        string did = Convert.ToHexStringLower([.. Text("did"), .. Text(GoldenRepo.Did)]);
        string rev = Convert.ToHexStringLower([.. Text("rev"), .. Text(GoldenRepo.Rev)]);
        string exchanged = hex.Replace(did + rev, rev + did, StringComparison.Ordinal);
        Assert.NotEqual(hex, exchanged);
        Assert.Equal(CommitError.CommitMalformed, Read(Convert.FromHexString(exchanged), out _));
    }

    [Test]
    public void Describe_EveryCause_HasWordsOfItsOwn()
    {
        var causes = Enum.GetValues<CommitError>().Where(e => e != CommitError.None).ToList();
        Assert.Contains(CommitError.CommitLegacy, causes);
        Assert.Equal(causes.Count, causes.Select(e => e.Describe()).Distinct().Count());
    }

    // A commit with some of its pairs left out, exchanged or added.
    private static byte[] Variant(string changes)
    {
        var pairs = new Dictionary<string, object?>
        {
            ["did"] = GoldenRepo.Did,
            ["rev"] = GoldenRepo.Rev,
            ["sig"] = new byte[64],
            ["data"] = Node,
            ["prev"] = null,
            ["version"] = 3,
        };
        foreach (string change in changes.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (change[0] == '-') pairs.Remove(change[1..]);
            else if (change[0] == '+') pairs.Add(change[1..], null);
            else pairs[change.Split('=')[0]] = Value(change.Split('=')[1]);
        }

        return SampleRecord.Encode([.. pairs.Select(p => (p.Key, p.Value))]);
    }

    private static object? Value(string name) => name switch
    {
        "null" => null,
        "text" => "text",
        "zzz" => "zzz",
        "link" => Node,
        "raw" => Cid.Of(CidCodec.Raw, "raw"u8),
        "negative" => -1,
        "1" or "2" or "4" => name[0] - '0',
        _ => new byte[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)],
    };

    private static byte[] Text(string text)
    {
        var output = new ArrayBufferWriter<byte>();
        new CborWriter(output).WriteText(Encoding.UTF8.GetBytes(text));
        return output.WrittenSpan.ToArray();
    }

    private static CommitError Read(ReadOnlySpan<byte> block, out Commit? commit) =>
        Commit.Read(Cid.Of(CidCodec.DagCbor, block), block, out commit);
}
