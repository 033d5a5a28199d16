using System.Buffers;
using System.Security.Cryptography;
using Atproto.Multiformats;
using Atproto.Repo;
using Samples;

namespace Atproto.Tests.Repo;

/// <summary>The empty repo of the golden DID, as the reference's packages sign it.</summary>
public sealed class CommitEncoderTests
{
    private const string Signature =
        "972615ae31dfd33e9a484084e32ebb42fdad5c92d0811595a784715c8ced1f76"
        + "377c79dedbb59a94f01948befb6e012c508c087af16e4d1c29dd62e752515f12";

    private static readonly Cid EmptyTree = Cid.Of(
        CidCodec.DagCbor, Convert.FromHexString("a2616580616cf6"));

    [Test]
    public void WriteUnsigned_EmptyRepo_HashesToTheKnownDigest()
    {
        var output = new ArrayBufferWriter<byte>();
        CommitEncoder.WriteUnsigned(output, Utf8(GoldenRepo.Did), Utf8(GoldenRepo.Rev), EmptyTree);
        Assert.Equal(
            "a96af8b7e753b89b1a7fb1c48a47c669f507a4b24257fc74c5287163775550f0",
            Convert.ToHexStringLower(SHA256.HashData(output.WrittenSpan)));
    }

    [Test]
    public void WriteSigned_EmptyRepo_IsTheKnownCommit()
    {
        var output = new ArrayBufferWriter<byte>();
        CommitEncoder.WriteSigned(
            output, Utf8(GoldenRepo.Did), Utf8(GoldenRepo.Rev),
            Convert.FromHexString(Signature), EmptyTree);
        Assert.Equal(
            "bafyreia5bzzhpdb6ecnhxpkhd23xhn4yejhz2iobrjcfkzd6u3me6ozvw4",
            Cid.Of(CidCodec.DagCbor, output.WrittenSpan).ToString());
    }

    [Test]
    public void WriteSigned_WithPrev_ReadsBack()
    {
        var output = new ArrayBufferWriter<byte>();
        CommitEncoder.WriteSigned(
            output, Utf8(GoldenRepo.Did), Utf8(GoldenRepo.Rev),
            Convert.FromHexString(Signature), EmptyTree, prev: EmptyTree);
        var cid = Cid.Of(CidCodec.DagCbor, output.WrittenSpan);
        Assert.Equal(CommitError.None, Commit.Read(cid, output.WrittenSpan, out var commit));
        Assert.Equal(GoldenRepo.Did, commit!.Did.ToString());
        Assert.Equal(GoldenRepo.Rev, commit.Rev.ToString());
        Assert.Equal(EmptyTree, commit.Data);
        Assert.False(commit.IsLegacy);
    }

    [Test]
    [Arguments(0)]
    [Arguments(63)]
    [Arguments(65)]
    public void WriteSigned_SignatureOfOtherLength_IsRefused(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CommitEncoder.WriteSigned(
            new ArrayBufferWriter<byte>(), Utf8(GoldenRepo.Did), Utf8(GoldenRepo.Rev),
            new byte[length], EmptyTree));

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
