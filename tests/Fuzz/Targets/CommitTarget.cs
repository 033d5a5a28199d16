using Atproto.Multiformats;
using Atproto.Repo;
using Samples;

namespace Fuzz.Targets;

/// <summary>Commits.</summary>
internal sealed class CommitTarget : FuzzTarget
{
    private static readonly Cid s_cid = Cid.Of(CidCodec.DagCbor, []);

    internal override IReadOnlyList<byte[]> Seeds { get; } =
        [GoldenRepo.Car().Blocks[0].Bytes, GoodBlocks.Repo(0).Blocks[0].Bytes];

    internal override void Run(byte[] input)
    {
        var error = Commit.Read(s_cid, input, out var commit);
        Assert.Equal(error == CommitError.None, commit is not null);
        if (commit is null) return;
        Assert.Equal((64, 32), (commit.Signature.Length, commit.SignedDigest.Length));
        Assert.Equal(CidCodec.DagCbor, commit.Data.Codec);
        Assert.True(commit.IsLegacy || commit.Version == 3);
    }
}
