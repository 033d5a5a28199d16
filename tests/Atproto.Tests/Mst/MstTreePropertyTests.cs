using Atproto.Mst;
using Atproto.Multiformats;
using Samples;

namespace Atproto.Tests.Mst;

/// <summary>The tree is a function of its keys and values, however it came to be.</summary>
public sealed class MstTreePropertyTests
{
    private const int Rounds = 60;

    [Test]
    public void Root_RandomKeys_IsTheSameHoweverBuilt()
    {
        ulong seed = MstKeys.Seed();
        for (int round = 0; round < Rounds; round++)
        {
            var random = new SampleRandom(seed + (ulong)round);
            string[] keys = MstKeys.Random(random, random.Below(300));
            string[] passing = [.. MstKeys.Random(random, 50).Select(k => k + "!")];
            var expected = Build(keys, out var blocks);

            var tree = MstKeys.TreeOf(keys.Concat(passing));
            random.Shuffle<string>(passing);
            foreach (string key in passing)
            {
                MstKeys.Done(tree.Delete(MstKeys.Key(key), out var previous));
                Assert.Equal(MstKeys.Value(key.Length), previous);
            }

            Assert.Equal(expected, tree.RootCid);
            Assert.Equal(expected, MstKeys.TreeOf(keys).RootCid);
            CheckNodes(tree, blocks);
        }
    }

    [Test]
    public void Edits_OnABarelyReadTree_GiveTheRootOfTheWholeOne()
    {
        ulong seed = MstKeys.Seed();
        for (int round = 0; round < Rounds; round++)
        {
            var random = new SampleRandom(seed + (ulong)round);
            string[] keys = MstKeys.Random(random, 20 + random.Below(300));
            int kept = keys.Length - 10;
            var before = Build(keys[..kept], out var blocks);
            var partial = new MstTree(before, blocks);
            string[] gone = keys[..10];
            string[] come = keys[kept..];
            foreach (string key in gone) MstKeys.Done(partial.Delete(MstKeys.Key(key), out _));
            foreach (string key in come)
            {
                MstKeys.Done(partial.Insert(MstKeys.Key(key), MstKeys.Value(key.Length)));
            }

            Assert.Equal(Build(keys[10..], out _), partial.RootCid);
            CheckUndone(partial, before, gone, come, random);
        }
    }

    [Test]
    public void Find_RandomKeys_FindsThoseAndNoOthers()
    {
        ulong seed = MstKeys.Seed();
        var random = new SampleRandom(seed);
        string[] keys = MstKeys.Random(random, 2000);
        var root = Build(keys[..1000], out var blocks);
        var tree = new MstTree(root, blocks);
        foreach (string key in keys[..1000])
        {
            MstKeys.Done(tree.Find(MstKeys.Key(key), out var value));
            Assert.Equal(MstKeys.Value(key.Length), value);
        }

        foreach (string key in keys[1000..])
        {
            Assert.Equal(MstTreeStatus.KeyAbsent, tree.Find(MstKeys.Key(key), out _).Status);
        }
    }

    // With the covering proofs of what was touched and nothing else, in random order.
    private static void CheckUndone(
        MstTree after, Cid before, string[] gone, string[] come, SampleRandom random)
    {
        var nodes = new List<MstTreeNode>();
        foreach (string key in gone.Concat(come)) after.AddCoveringProof(MstKeys.Key(key), nodes);
        var proof = new MstNodeSet();
        foreach (var node in nodes) proof.Add(node);

        var undone = new MstTree(after.RootCid, proof);
        string[] order = [.. gone, .. come];
        random.Shuffle<string>(order);
        foreach (string key in order)
        {
            MstKeys.Done(come.Contains(key)
                ? undone.Delete(MstKeys.Key(key), out _)
                : undone.Insert(MstKeys.Key(key), MstKeys.Value(key.Length)));
        }

        Assert.Equal(before, undone.RootCid);
    }

    private static void CheckNodes(MstTree tree, MstNodeSet built)
    {
        var nodes = new List<MstTreeNode>();
        MstKeys.Done(tree.AddAllNodes(nodes));
        Assert.Equal(built.Count, nodes.Count);
        var reader = new MstNode();
        foreach (var node in nodes)
        {
            Assert.True(built.TryGetBlock(node.Cid, out var block));
            Assert.Equal(block.ToArray(), node.Block.ToArray());
            Assert.Equal(MstError.None, reader.Read(node.Block.Span));
            Assert.Equal(node.Entries.Length, reader.EntryCount);
            foreach (var entry in node.Entries)
            {
                Assert.Equal(node.Layer, MstLayer.Of(entry.Key.Span));
                if (entry.Subtree is { } subtree) Assert.Equal(node.Layer - 1, subtree.Layer);
            }

            if (node.Left is { } left) Assert.Equal(node.Layer - 1, left.Layer);
        }
    }

    private static Cid Build(string[] keys, out MstNodeSet blocks)
    {
        blocks = new MstNodeSet();
        var builder = new MstBuilder(new KeepingSink(blocks));
        foreach (string key in keys.Order(StringComparer.Ordinal))
        {
            Assert.Equal(MstError.None, builder.Add(MstKeys.Key(key), MstKeys.Value(key.Length)));
        }

        return builder.Finish();
    }

    private sealed class KeepingSink(MstNodeSet nodes) : IMstNodeSink
    {
        public void Add(in Cid cid, int layer, long firstKey, ReadOnlySpan<byte> block) =>
            Assert.Equal(cid, nodes.Add(block.ToArray()));
    }
}
