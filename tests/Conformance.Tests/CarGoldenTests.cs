using System.Security.Cryptography;
using Atproto.Mst;
using Samples;

namespace Conformance.Tests;

/// <summary>
/// A repo and the commit after it, against the bytes the reference's packages made.
/// </summary>
public sealed class CarGoldenTests
{
    private const string NextRev = "3jzfcijpk2z2a";
    private const string Deleted = "app.bsky.feed.post/3jqfcqzm3fs2j";
    private const string Created = "app.bsky.feed.post/3jqfcqzm3ft2j";
    private const string Updated = "com.example.thing/pre:fix";

    [Test]
    public void Build_GoldenRecords_GivesTheGoldenCar()
    {
        Assert.Equal(
            "7d89bca523a39637c83d340f213bcc8b086137af57927af86c44ba993cf21cd1",
            Convert.ToHexStringLower(SHA256.HashData(GoldenRepo.CarBytes())));
        using var key = GoldenRepo.Key();
        Assert.Equal(GoldenRepo.DidKey, key.DidKey);
        var records = GoldenRepo.Records();
        Assert.Equal(8, records.Count);
        var repo = SampleRepo.Build(GoldenRepo.Did, key, GoldenRepo.Rev, records);
        Assert.Equal(GoldenRepo.Commit, repo.CommitCid.ToString());
        Assert.Equal(GoldenRepo.Data, repo.Data.ToString());
        Assert.Equal(GoldenRepo.CarBytes(), repo.ToCar());
    }

    [Test]
    public void Build_NextCommit_GivesTheGoldenEvent()
    {
        var created = SampleBlock.Of(SampleRecord.Encode(
            ("$type", "app.bsky.feed.post"), ("text", "five"),
            ("createdAt", "2023-01-05T00:00:00.000Z")));
        var updated = SampleBlock.Of(SampleRecord.Encode(("$type", "com.example.thing"), ("v", 2)));
        var tree = GoldenTree();
        MstCorpus.Done(tree.Delete(MstCorpus.Key(Deleted), out var deletedCid));
        MstCorpus.Done(tree.Insert(MstCorpus.Key(Created), created.Cid));
        MstCorpus.Done(tree.Update(MstCorpus.Key(Updated), updated.Cid, out var updatedCid));
        Assert.Equal(
            "bafyreigisxvkour3sixxaqolx23ur35ao5uivuzene6k2kru3wupsbvb6q", deletedCid.ToString());
        Assert.Equal(
            "bafyreiebv3c4tcscjg3zynh7sv6tqdbtvmna3rxwudbb5yn557lrlquoda", tree.RootCid.ToString());

        var proof = new MstNodeSet();
        using var key = GoldenRepo.Key();
        var commit = SampleBlock.Of(
            PreorderRepo.Sign(GoldenRepo.Did, NextRev, key, tree.RootCid));
        var blocks = new List<SampleBlock> { commit };
        foreach (var node in Proof(tree))
        {
            proof.Add(node);
            if (blocks.Exists(b => b.Cid == node.Cid)) continue;
            blocks.Add(SampleBlock.Of(node.Block.ToArray()));
        }

        byte[] car = new SampleCar([commit.Cid], [.. blocks, created, updated]).ToBytes();
        Assert.Equal(1125, car.Length);
        Assert.Equal(
            "28356d3aea02b5b7cdab9a9fa8cbc3ea288a5c6cfd66e943e3c17ee0e2df2ff9",
            Convert.ToHexStringLower(SHA256.HashData(car)));

        var undone = new MstTree(tree.RootCid, proof);
        MstCorpus.Done(undone.Insert(MstCorpus.Key(Deleted), deletedCid));
        MstCorpus.Done(undone.Update(MstCorpus.Key(Updated), updatedCid, out var now));
        Assert.Equal(updated.Cid, now);
        MstCorpus.Done(undone.Delete(MstCorpus.Key(Created), out now));
        Assert.Equal(created.Cid, now);
        Assert.Equal(GoldenRepo.Data, undone.RootCid.ToString());
    }

    [Test]
    [Arguments(
        "app.bsky.feed.post/3jqfcqzm3fp2j", true,
        "2e5d9eab003bda02decb0d9c371d6df13779d7cf15e46dc9f28ac11b079c44a5")]
    [Arguments(
        "app.bsky.feed.post/3jqfcqzm3fq2j", false,
        "71cb61cd515d5c42d741f049a0c1365a9d0646058a69ec426527be6209864f1a")]
    [Arguments(
        "zzz.example.none/x", false,
        "f3d5476c182d57d415459d7f2a21e184b34bdf19b5cb6fe48fd1abf31de3b42f")]
    [Arguments(
        "aaa.example.none/x", false,
        "4431537b051f25ec4cdd587e55d9c94b833c122cf49cb079c6e9d469bcdfe827")]
    public void AddPath_GoldenRepo_IsTheGoldenProof(string path, bool exists, string sha256)
    {
        var golden = GoldenRepo.Car();
        var tree = GoldenTree();
        var nodes = new List<MstTreeNode>();
        var result = tree.AddPath(MstCorpus.Key(path), nodes);
        Assert.Equal(exists ? MstTreeStatus.Done : MstTreeStatus.KeyAbsent, result.Status);
        List<SampleBlock> blocks =
            [golden.Blocks[0], .. nodes.Select(n => new SampleBlock(n.Cid, n.Block.ToArray()))];
        if (tree.Find(MstCorpus.Key(path), out var record).IsDone)
        {
            blocks.Add(golden.Blocks.Single(b => b.Cid == record));
        }

        byte[] car = new SampleCar(golden.Roots, blocks).ToBytes();
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(car)));
    }

    private static MstTree GoldenTree()
    {
        var nodes = new MstNodeSet();
        foreach (var block in GoldenRepo.Car().Blocks) nodes.AddVerified(block.Cid, block.Bytes);
        return new MstTree(MstCorpus.Cid(GoldenRepo.Data), nodes);
    }

    private static List<MstTreeNode> Proof(MstTree tree)
    {
        var nodes = new List<MstTreeNode>();
        tree.AddNewNodes(nodes);
        foreach (string path in (string[])[Deleted, Created, Updated])
        {
            tree.AddCoveringProof(MstCorpus.Key(path), nodes);
        }

        return nodes;
    }
}
