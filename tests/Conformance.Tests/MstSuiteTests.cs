using System.Text.Json;
using Atproto.Mst;
using Atproto.Multiformats;
using Samples;

namespace Conformance.Tests;

/// <summary>
/// The mst-test-suite: 128 trees as CARs, and what 1,000 pairs of them differ in.
/// </summary>
public sealed class MstSuiteTests
{
    private const int TreeCount = 128;

    [Test]
    public void Tree_EveryCar_IsRebuiltFromItsKeys()
    {
        for (int number = 0; number < TreeCount; number++)
        {
            var car = ReadCar($"exhaustive_{number:d3}.car");
            var rebuilt = new MstTree();
            var leaves = car.Leaves.ToArray();
            new SampleRandom((ulong)number).Shuffle(leaves.AsSpan());
            foreach (var (key, value) in leaves)
            {
                MstCorpus.Done(rebuilt.Insert(MstCorpus.Key(key), value));
            }

            Assert.Equal(car.Root, rebuilt.RootCid);
            var nodes = new List<MstTreeNode>();
            MstCorpus.Done(rebuilt.AddAllNodes(nodes));
            Assert.Equal(car.Nodes, nodes.Select(n => n.Cid).ToHashSet());
        }
    }

    [Test]
    public void Diff_EveryCase_IsReachedProvenAndUndone()
    {
        var cars = new Dictionary<string, BareTree>();
        var lines = File.ReadLines(MstCorpus.PathOf("mst-suite/cases.jsonl"));
        int count = 0;
        foreach (string line in lines)
        {
            using var json = JsonDocument.Parse(line);
            CheckCase(json.RootElement, cars);
            count++;
        }

        Assert.Equal(1000, count);
    }

    private static void CheckCase(JsonElement root, Dictionary<string, BareTree> cars)
    {
        var inputs = root.GetProperty("inputs");
        var results = root.GetProperty("results");
        string name = root.GetProperty("name").GetString()!;
        var before = Car(inputs, "mst_a", cars);
        var after = Car(inputs, "mst_b", cars);
        var ops = results.GetProperty("record_ops").EnumerateArray().Select(Op.Read).ToArray();

        Assert.Equal(ops.OrderBy(o => o.Key, StringComparer.Ordinal), Differences(before, after));
        var tree = new MstTree(before.Root, before.Blocks);
        foreach (var op in ops) op.Do(tree);
        Assert.Equal(after.Root, tree.RootCid);
        Assert.Equal(Cids(results, "created_nodes"), after.Nodes.Except(before.Nodes).ToHashSet());
        Assert.Equal(Cids(results, "deleted_nodes"), before.Nodes.Except(after.Nodes).ToHashSet());

        var proof = CheckProofs(results, after, ops, name);
        // The suite's inductive proof is made for the last change being undone first; ours holds
        // the covering proofs, which must do in any order.
        var reversed = Enumerable.Reverse(ops);
        CheckUndo(after, before, Cids(results, "inductive_proof_nodes"), reversed);
        CheckUndo(after, before, proof, ops);
        CheckUndo(after, before, proof, reversed);
        CheckUndo(after, before, proof, ops.OrderBy(o => o.Old is null));
        CheckUndo(after, before, proof, ops.OrderBy(o => o.New is null));
    }

    private static HashSet<Cid> CheckProofs(
        JsonElement results, BareTree after, Op[] ops, string name)
    {
        var paths = new List<MstTreeNode>();
        var covering = new List<MstTreeNode>();
        var tree = new MstTree(after.Root, after.Blocks);
        foreach (var op in ops)
        {
            var status = op.New is null ? MstTreeStatus.KeyAbsent : MstTreeStatus.Done;
            Assert.Equal(status, tree.AddPath(MstCorpus.Key(op.Key), paths).Status);
            Assert.Equal(status, tree.AddCoveringProof(MstCorpus.Key(op.Key), covering).Status);
        }

        Assert.True(
            Cids(results, "proof_nodes").IsSubsetOf(paths.Select(n => n.Cid).ToHashSet()), name);
        var full = covering.Select(n => n.Cid).Concat(Cids(results, "created_nodes")).ToHashSet();
        Assert.True(Cids(results, "inductive_proof_nodes").IsSubsetOf(full), name);
        return full;
    }

    private static void CheckUndo(
        BareTree after, BareTree before, HashSet<Cid> nodes, IEnumerable<Op> ops)
    {
        var proof = new MstNodeSet();
        foreach (var cid in nodes)
        {
            Assert.True(after.Blocks.TryGetBlock(cid, out var block));
            proof.AddVerified(cid, block);
        }

        var partial = new MstTree(after.Root, proof);
        foreach (var op in ops) op.Undo(partial);
        Assert.Equal(before.Root, partial.RootCid);
    }

    private static IEnumerable<Op> Differences(BareTree before, BareTree after)
    {
        var keys = before.Leaves.Keys.Union(after.Leaves.Keys).Order(StringComparer.Ordinal);
        foreach (string key in keys)
        {
            Cid? old = before.Leaves.TryGetValue(key, out var o) ? o : null;
            Cid? now = after.Leaves.TryGetValue(key, out var n) ? n : null;
            if (old != now) yield return new Op(key, old, now);
        }
    }

    private static BareTree Car(JsonElement inputs, string name, Dictionary<string, BareTree> cars)
    {
        string file = Path.GetFileName(inputs.GetProperty(name).GetString()!);
        if (!cars.TryGetValue(file, out var car)) cars[file] = car = ReadCar(file);
        return car;
    }

    private static BareTree ReadCar(string file)
    {
        var car = SampleCar.Read(File.ReadAllBytes(MstCorpus.PathOf("mst-suite/cars/" + file)));
        var blocks = new MstNodeSet();
        foreach (var block in car.Blocks) Assert.Equal(block.Cid, blocks.Add(block.Bytes));
        var tree = new MstTree(car.Roots[0], blocks);
        var nodes = new List<MstTreeNode>();
        MstCorpus.Done(tree.AddAllNodes(nodes));
        var leaves = new Dictionary<string, Cid>();
        foreach (var node in nodes)
        {
            foreach (var entry in node.Entries)
            {
                leaves.Add(System.Text.Encoding.UTF8.GetString(entry.Key.Span), entry.Value);
            }
        }

        return new BareTree(car.Roots[0], blocks, [.. nodes.Select(n => n.Cid)], leaves);
    }

    private static HashSet<Cid> Cids(JsonElement results, string name) =>
        [.. results.GetProperty(name).EnumerateArray().Select(e => MstCorpus.Cid(e.GetString()))];

    private sealed record BareTree(
        Cid Root, MstNodeSet Blocks, HashSet<Cid> Nodes, Dictionary<string, Cid> Leaves);

    private sealed record Op(string Key, Cid? Old, Cid? New)
    {
        internal static Op Read(JsonElement item) => new(
            item.GetProperty("rpath").GetString()!,
            CidOrNull(item.GetProperty("old_value")),
            CidOrNull(item.GetProperty("new_value")));

        internal void Do(MstTree tree) => Change(tree, Old, New);

        internal void Undo(MstTree tree) => Change(tree, New, Old);

        private void Change(MstTree tree, Cid? from, Cid? to)
        {
            byte[] key = MstCorpus.Key(Key);
            Cid? previous = null;
            if (from is null)
            {
                MstCorpus.Done(tree.Insert(key, to!.Value));
            }
            else
            {
                MstCorpus.Done(to is null
                    ? tree.Delete(key, out var old)
                    : tree.Update(key, to.Value, out old));
                previous = old;
            }

            Assert.Equal(from, previous);
        }

        private static Cid? CidOrNull(JsonElement item) =>
            item.ValueKind == JsonValueKind.Null ? null : MstCorpus.Cid(item.GetString());
    }
}
