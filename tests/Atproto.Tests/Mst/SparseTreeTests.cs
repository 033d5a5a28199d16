using Atproto.Mst;
using Atproto.Multiformats;
using Atproto.Tests.Repo;
using Samples;
using Samples.World;

namespace Atproto.Tests.Mst;

/// <summary>What is held, what is forgotten, and what is to be fetched.</summary>
public sealed class SparseTreeTests
{
    private const long Small = 1 << 16;

    [Test]
    public void Add_ABlockTwice_HoldsItOnce()
    {
        var tree = new SparseTree();
        var block = Leaf(1);
        Assert.Equal(MstError.None, tree.Add(block.Bytes, out var cid));
        long bytes = tree.Bytes;
        Assert.Equal(MstError.None, tree.Add(block.Bytes, out _));
        Assert.Equal((block.Cid, 1, bytes), (cid, tree.Count, tree.Bytes));
        Assert.True(tree.Holds(cid));
        Assert.True(bytes >= block.Bytes.Length);
    }

    [Test]
    public void Add_LargerThanANodeMayBe_IsRefused()
    {
        var tree = new SparseTree();
        byte[] block = new byte[MstLimits.NodeBytesMax + 1];
        Assert.Equal(MstError.NodeTooLarge, tree.Add(block, out _));
        Assert.Equal(MstError.None, tree.Add(block.AsSpan(1), out var cid));
        Assert.Equal(MstError.NodeMalformed, tree.Find(cid, 0, out _));
        Assert.Equal(1, tree.Count);
    }

    [Test]
    public void Add_MoreThanAllowed_ForgetsWhatTheRootDoesNotReach()
    {
        var tree = new SparseTree(Small);
        var kept = Leaf(0);
        tree.Add(kept.Bytes, out _);
        tree.Reroot(kept.Cid);
        for (int i = 1; i < 1000; i++)
        {
            Assert.Equal(MstError.None, tree.Add(Leaf(i).Bytes, out _));
            Assert.True(tree.Bytes <= Small);
        }

        Assert.True(tree.Holds(kept.Cid));
        Assert.False(tree.Holds(Leaf(1).Cid));
    }

    [Test]
    public void Add_MemoryThatIsRefused_ForgetsWhatIsNotReached()
    {
        var tree = new SparseTree(2 * Small, new Memory(Small).TryTake);
        var kept = Leaf(0);
        tree.Add(kept.Bytes, out _);
        tree.Reroot(kept.Cid);
        for (int i = 1; i < 1000; i++)
        {
            Assert.Equal(MstError.None, tree.Add(Leaf(i).Bytes, out _));
            Assert.True(tree.Bytes <= Small);
        }

        Assert.True(tree.Holds(kept.Cid));
        Assert.Equal((false, false), (tree.IsFull, tree.IsShort));
    }

    [Test]
    public void Add_MemoryThatIsRefusedAndAllReached_IsShortAndNotFull()
    {
        var host = LargeHost();
        var memory = new Memory(Small);
        var repo = new Atproto.Repo.SparseRepo(
            DidOf(host), bytesMax: 8 * Small, tryTake: memory.TryTake);
        Assert.Equal(MstError.TooManyNodes, AddProofs(repo, host));
        Assert.Equal((false, true), (repo.Tree.IsFull, repo.Tree.IsShort));
        Assert.InRange(repo.Tree.Bytes, 1, memory.Taken);
    }

    [Test]
    public void Add_MoreThanAllowedAndAllReached_IsTooManyNodes()
    {
        var host = LargeHost();
        var repo = new Atproto.Repo.SparseRepo(DidOf(host), bytesMax: Small);
        var error = AddProofs(repo, host);
        Assert.Equal(MstError.TooManyNodes, error);
        Assert.True(repo.Tree.Bytes <= Small);
        // Nothing is concluded from what there is no room for.
        var result = repo.FindCollections();
        Assert.True(result.Proven is not null || result.Fault?.Code == "TooManyNodes");
    }

    [Test]
    public void Find_KeysThatTakeFarMoreThanTheirNode_TakesNoMoreThanAllowed()
    {
        using var key = SampleKey.FromSeed(SampleCurve.P256, "swollen");
        var swollen = ForgedTree.Swollen(
            new WorldRepo(SampleIdentity.Plc("swollen"), key, ["a.b.c/self"]), 1000);
        byte[] block = swollen.Block(swollen.Data)!;
        var tree = new SparseTree(10L * block.Length);
        Assert.Equal(MstError.None, tree.Add(block, out var cid));
        tree.Reroot(cid);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(MstError.TooManyNodes, tree.Find(cid, 0, out _));
        Assert.InRange(
            GC.GetAllocatedBytesForCurrentThread() - before, 0, MstLimits.EntriesMax * 32);
        Assert.InRange(tree.Bytes, block.Length, 2 * block.Length);
        Assert.True(tree.IsFull);
    }

    [Test]
    public void ListBoundaryNodes_EachRound_IsWhatTheWalkNeedsAndNoMore()
    {
        var host = new SampleHost(
            SampleIdentity.Plc("rounds"), null,
            NastyPaths.Make(new SampleRandom(2), 30, 3_000, legal: true));
        var needed = SampleCar.Read(host.ProvenPage()).Blocks.Select(block => block.Cid).ToList();
        var tree = new SparseTree();
        tree.Reroot(host.Data);
        int rounds = 0;
        var fetched = new List<Cid>();
        while (true)
        {
            var missing = new List<Cid>();
            Assert.Equal(MstError.None, tree.ListBoundaryNodes(missing, out _, int.MaxValue));
            if (missing.Count == 0) break;
            rounds++;
            foreach (var block in SampleCar.Read(host.Blocks(missing)!).Blocks)
            {
                tree.Add(block.Bytes, out _);
            }

            fetched.AddRange(missing);
        }

        Assert.Equal(needed.Skip(1).ToHashSet(), fetched.ToHashSet());
        Assert.Equal(fetched.Count, fetched.Distinct().Count());
        Assert.True(rounds <= host.Layers, $"{rounds} rounds, {host.Layers} layers");
    }

    [Test]
    public void ListBoundaries_ProbedWithoutAWalk_AreAllThatItNeeds()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var host = new SampleHost(
                SampleIdentity.Plc("probed"), null,
                NastyPaths.Make(new SampleRandom(seed), 30, 1_000, legal: true));
            var repo = new Atproto.Repo.SparseRepo(DidOf(host));
            repo.Take(host.Proof("A.A.A/-"), out _);
            while (true)
            {
                var missing = new List<MissingNode>();
                var nodes = new List<Cid>();
                Assert.Equal(MstError.None, repo.Tree.ListBoundaries(missing, 10));
                Assert.Equal(MstError.None, repo.Tree.ListBoundaryNodes(nodes, out _, 10));
                Assert.Equal(nodes, missing.Select(each => each.Cid));
                if (missing.Count == 0) break;
                foreach (var each in missing)
                {
                    if (ProbeKey.TryChoose(each, out var collection, out var rkey))
                    {
                        repo.Take(host.Proof($"{collection}/{rkey}"), out _);
                    }
                    else
                    {
                        // Between names of the greatest length there may be no legal one.
                        repo.TakeBlocks(host.Blocks([each.Cid])!);
                    }

                    Assert.True(repo.Tree.Holds(each.Cid), $"seed {seed}");
                }
            }

            Assert.Equal(host.Collections(), repo.FindCollections().Proven!.Collections);
        }
    }

    [Test]
    public void ListBoundaryNodes_MoreThanAskedFor_StopsThere()
    {
        var host = new SampleHost(
            SampleIdentity.Plc("many"), null,
            Enumerable.Range(0, 3000).Select(i => $"com.example.c{i}/self"));
        var repo = new Atproto.Repo.SparseRepo(DidOf(host));
        repo.Take(host.Proof("A.A.A/-"), out _);
        for (int n = 0; n < 400; n++)
        {
            var missing = new List<Cid>();
            repo.Tree.ListBoundaryNodes(missing, out _);
            Assert.True(missing.Count <= SparseTree.CidsPerRequestMax);
            if (missing.Count == 0) break;
            Assert.Null(repo.TakeBlocks(host.Blocks(missing)!));
        }

        Assert.Equal(3000, repo.FindCollections().Proven!.Collections.Count);
    }

    [Test]
    public void EstimateRecords_WholeTreeHeld_IsNear()
    {
        var host = new SampleHost(
            SampleIdentity.Plc("whole"), null,
            Enumerable.Range(0, 5000).Select(i => $"com.example.c{i}/self"));
        var repo = new Atproto.Repo.SparseRepo(DidOf(host));
        Assert.Equal(0, repo.Tree.EstimateRecords());
        repo.Take(host.ProvenPage(), out _);
        Assert.InRange(repo.Tree.EstimateRecords(), 3_000, 8_000);
        Assert.Equal(repo.Tree.EstimateRecords() * 340, repo.Tree.EstimateBytes());
    }

    private static SampleHost LargeHost() => new(
        SampleIdentity.Plc("large"), null,
        NastyPaths.Make(new SampleRandom(1), 30, 2_000, legal: true));

    // All that its root reaches, until there is no room.
    private static MstError AddProofs(Atproto.Repo.SparseRepo repo, SampleHost host)
    {
        var status = repo.Take(host.ProvenPage(), out _);
        if (status != Atproto.Repo.TakeStatus.Newer) return MstError.TooManyNodes;
        foreach (string path in host.Paths)
        {
            foreach (var block in SampleCar.Read(host.Proof(path)).Blocks.Skip(1))
            {
                var error = repo.Tree.Add(block.Bytes, out _);
                if (error != MstError.None) return error;
            }
        }

        return MstError.None;
    }

    private static Atproto.Syntax.Did DidOf(SampleHost host)
    {
        Assert.True(Atproto.Syntax.Did.TryParse(host.Did, out var did));
        return did;
    }

    private static SampleBlock Leaf(int number) =>
        RepoCar.Node(default, new HandEntry($"a.b.c/{number}", MstKeys.Value(number)));

    private sealed class Memory(long bytesMax)
    {
        internal long Taken { get; private set; }

        internal bool TryTake(long bytes)
        {
            if (Taken + bytes > bytesMax) return false;
            Taken += bytes;
            return true;
        }
    }
}
