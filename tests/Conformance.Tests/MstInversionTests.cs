using System.Text.Json;
using Atproto.Mst;
using Atproto.Multiformats;

namespace Conformance.Tests;

/// <summary>
/// The official commit proofs: a commit is undone, in every order, with nothing but the covering
/// proofs of the keys it touched.
/// </summary>
public sealed class MstInversionTests
{
    private const string Fixtures = "interop/firehose/commit-proof-fixtures.json";

    public static TheoryData<int> Cases() => [.. Enumerable.Range(0, 6)];

    [Test]
    [MethodDataSource(nameof(Cases))]
    public void AddCoveringProof_CommitUndoneInEveryOrder_GivesTheRootBefore(int number)
    {
        var fixture = Read(number);
        var tree = MstCorpus.TreeOf(fixture.Keys, fixture.Value);
        Assert.Equal(fixture.RootBefore, tree.RootCid);
        foreach (string key in fixture.Adds)
        {
            MstCorpus.Done(tree.Insert(MstCorpus.Key(key), fixture.Value));
        }

        foreach (string key in fixture.Deletes)
        {
            MstCorpus.Done(tree.Delete(MstCorpus.Key(key), out _));
        }

        Assert.Equal(fixture.RootAfter, tree.RootCid);
        var proof = ProofOf(tree, fixture, out var cids);
        Assert.Superset(fixture.Proof, cids);
        foreach (string[] order in Orders([.. fixture.Adds, .. fixture.Deletes]))
        {
            Assert.Equal(fixture.RootBefore, Undo(fixture, proof, order));
        }
    }

    [Test]
    [MethodDataSource(nameof(Cases))]
    public void Undo_AnyListedNodeMissing_FailsOrIsStillRight(int number)
    {
        var fixture = Read(number);
        var tree = MstCorpus.TreeOf([.. fixture.Keys, .. fixture.Adds], fixture.Value);
        foreach (string key in fixture.Deletes) tree.Delete(MstCorpus.Key(key), out _);
        var nodes = new List<MstTreeNode>();
        foreach (string key in fixture.Adds.Concat(fixture.Deletes))
        {
            tree.AddCoveringProof(MstCorpus.Key(key), nodes);
        }

        foreach (var missing in fixture.Proof)
        {
            var proof = new MstNodeSet();
            foreach (var node in nodes.Where(n => n.Cid != missing)) proof.Add(node);
            var partial = new MstTree(fixture.RootAfter, proof);
            var results = fixture.Adds.Select(k => partial.Delete(MstCorpus.Key(k), out _))
                .Concat(fixture.Deletes.Select(
                    k => partial.Insert(MstCorpus.Key(k), fixture.Value)))
                .ToList();
            // A neighbour's node can be listed and yet not be needed; then the root must be right.
            if (results.TrueForAll(r => r.IsDone))
            {
                Assert.Equal(fixture.RootBefore, partial.RootCid);
                continue;
            }

            Assert.Contains(results, r => r.Error == MstError.NodeMissing && r.Node == missing);
        }
    }

    private static MstNodeSet ProofOf(MstTree tree, Fixture fixture, out HashSet<Cid> cids)
    {
        var nodes = new List<MstTreeNode>();
        foreach (string key in fixture.Adds) MstCorpus.Done(Cover(tree, key, nodes));
        foreach (string key in fixture.Deletes)
        {
            Assert.Equal(MstTreeStatus.KeyAbsent, Cover(tree, key, nodes).Status);
        }

        var proof = new MstNodeSet();
        foreach (var node in nodes) proof.Add(node);
        cids = [.. nodes.Select(n => n.Cid)];
        return proof;
    }

    private static MstTreeResult Cover(MstTree tree, string key, List<MstTreeNode> nodes) =>
        tree.AddCoveringProof(MstCorpus.Key(key), nodes);

    private static Cid Undo(Fixture fixture, MstNodeSet proof, string[] order)
    {
        var partial = new MstTree(fixture.RootAfter, proof);
        foreach (string key in order)
        {
            byte[] bytes = MstCorpus.Key(key);
            MstCorpus.Done(fixture.Adds.Contains(key)
                ? partial.Delete(bytes, out _)
                : partial.Insert(bytes, fixture.Value));
        }

        return partial.RootCid;
    }

    private static IEnumerable<string[]> Orders(string[] items)
    {
        if (items.Length < 2)
        {
            yield return items;
            yield break;
        }

        for (int i = 0; i < items.Length; i++)
        {
            string[] rest = [.. items[..i], .. items[(i + 1)..]];
            foreach (string[] tail in Orders(rest)) yield return [items[i], .. tail];
        }
    }

    private static Fixture Read(int number)
    {
        using var json = JsonDocument.Parse(MstCorpus.ReadText(Fixtures));
        Assert.Equal(6, json.RootElement.GetArrayLength());
        var item = json.RootElement[number];
        return new Fixture(
            MstCorpus.Cid(item.GetProperty("leafValue").GetString()),
            Strings(item, "keys"),
            Strings(item, "adds"),
            Strings(item, "dels"),
            MstCorpus.Cid(item.GetProperty("rootBeforeCommit").GetString()),
            MstCorpus.Cid(item.GetProperty("rootAfterCommit").GetString()),
            [.. Strings(item, "blocksInProof").Select(MstCorpus.Cid)]);
    }

    private static string[] Strings(JsonElement item, string name) =>
        [.. item.GetProperty(name).EnumerateArray().Select(e => e.GetString()!)];

    private sealed record Fixture(
        Cid Value, string[] Keys, string[] Adds, string[] Deletes, Cid RootBefore, Cid RootAfter,
        HashSet<Cid> Proof);
}
