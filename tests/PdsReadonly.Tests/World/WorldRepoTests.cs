using System.Text;
using Atproto.Mst;
using Atproto.Multiformats;
using Atproto.Repo;
using Samples.World;
using Samples;
using Shared;

namespace PdsReadonly.Tests.World;

/// <summary>The world's own repos are what they say.</summary>
public sealed class WorldRepoTests : IDisposable
{
    private readonly SampleKey _key = SampleKey.FromSeed(SampleCurve.P256, "world");

    public void Dispose() => _key.Dispose();

    [Test]
    public void Make_ManyNumbers_HaveTheCollectionsOfTheirPaths()
    {
        for (int number = 0; number < 20; number++)
        {
            var repo = RandomRepos.Make(WorldSizes.Seed, number, null, legal: number % 2 == 0);
            var expected = repo.Paths.Select(HostedRepo.CollectionOf).Distinct();
            Assert.Equal(expected, repo.Collections());
        }
    }

    [Test]
    public void Export_AfterManyWrites_IsTheTreeOfItsPaths()
    {
        var repo = RandomRepos.Make(WorldSizes.Seed, 7, _key, legal: false);
        repo.ForgetsOldBlocks = true;
        var mover = new Mover(repo, 1, WorldSizes.Seed);
        int before = repo.BlockCount;
        for (int i = 0; i < 300; i++) mover.Write();
        var car = SampleCar.Read(repo.Export());
        Assert.Equal(car.Blocks.Count, repo.BlockCount + 1);
        Assert.True(repo.BlockCount < before + 1000);
        Assert.Equal(repo.Paths, KeysOf(car, repo.Data));
        Assert.Equal(
            repo.Paths.Select(HostedRepo.CollectionOf).Distinct(), repo.Collections());
    }

    [Test]
    public void Write_AnyCommit_CanBeUndoneByItsBlocksAlone()
    {
        var repo = RandomRepos.Make(WorldSizes.Seed, 9, _key, legal: false);
        var random = new SampleRandom(WorldSizes.Seed);
        var mover = new Mover(repo, 1, WorldSizes.Seed) { OnCommit = MustUndo };
        for (int i = 0; i < 200; i++) mover.Write();
        for (int i = 0; i < 100; i++)
        {
            string[] removed = [.. Enumerable.Range(0, 4)
                .Select(_ => repo.Paths[random.Below(repo.Paths.Count)]).Distinct()];
            string known = repo.Paths[random.Below(repo.Paths.Count)];
            string[] put = [$"a.b.c{i}/x", $"a.b.c{i}/y", known];
            MustUndo(repo.Write([.. put.Except(removed)], removed));
        }
    }

    [Test]
    public void ProvenPage_AllPages_ProveTheCollections()
    {
        for (int number = 0; number < 20; number++)
        {
            var repo = RandomRepos.Make(WorldSizes.Seed, number, null, legal: false);
            var found = new List<string>();
            string? after = null;
            while (true)
            {
                byte[] page = repo.ProvenPage(after, 3);
                var fault = CollectionProof.Verify(page, null, null, after, out var proven);
                Assert.Null(fault);
                found.AddRange(proven!.Collections);
                if (proven.ReachesEnd) break;
                Assert.True(proven.Collections.Count >= 3);
                after = found[^1];
            }

            Assert.Equal(repo.Collections(), found);
        }
    }

    private static void MustUndo(WorldCommit commit)
    {
        var nodes = new MstNodeSet();
        foreach (var block in SampleCar.Read(commit.Blocks).Blocks) nodes.Add(block.Bytes);
        var tree = new MstTree(commit.Data, nodes);
        foreach (var op in commit.Ops.Reverse())
        {
            byte[] key = Encoding.ASCII.GetBytes(op.Path);
            var result = op switch
            {
                { Prev: null } => tree.Delete(key, out _),
                { Cid: null } => tree.Insert(key, op.Prev.Value),
                _ => tree.Update(key, op.Prev.Value, out _),
            };
            Assert.True(result.IsDone, $"{op.Path}: {result}");
        }

        Assert.Equal(commit.PrevData, tree.RootCid);
    }

    private static IEnumerable<string> KeysOf(SampleCar car, Cid root)
    {
        var blocks = car.Blocks.ToDictionary(block => block.Cid, block => block.Bytes);
        return KeysBelow(blocks, root);
    }

    private static IEnumerable<string> KeysBelow(Dictionary<Cid, byte[]> blocks, Cid cid)
    {
        var node = NodeEntries.Read(blocks[cid]);
        for (int i = 0; i <= node.Keys.Count; i++)
        {
            if (node.Links[i] is { } link)
            {
                foreach (string key in KeysBelow(blocks, link)) yield return key;
            }

            if (i < node.Keys.Count) yield return node.Keys[i];
        }
    }
}
