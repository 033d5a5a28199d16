using System.Text;
using Atproto.Mst;
using Atproto.Multiformats;
using Atproto.Tests.Repo;
using Samples;

namespace Atproto.Tests.Mst;

/// <summary>The walk over trees that are whole, in part, and wrong.</summary>
public sealed class CollectionWalkTests
{
    private static readonly Cid s_value = MstKeys.Value(7);

    [Test]
    [Arguments("")]
    [Arguments("a.b.c/1", "a.b.c")]
    [Arguments("a.b.c/1 a.b.c/2 a.b.c.d/1 a.b.c0/1", "a.b.c.d a.b.c a.b.c0")]
    [Arguments("a.b.c/1 a.b.c-d/1 a.b.c-/x", "a.b.c- a.b.c-d a.b.c")] // paths hosts let in
    [Arguments("A.B.C/1 a.B.c/1 a.b.c/1", "A.B.C a.B.c a.b.c")]
    [Arguments("coll/self a.b.c/~ a.b.c/~~", "a.b.c coll")]
    public void Step_WholeTree_FindsEveryCollectionInKeyOrder(string paths, string expected = "")
    {
        var tree = Held(TreeOf(paths));
        Assert.Equal(expected, string.Join(' ', Walk(new CollectionWalk(tree, tree.Root))));
    }

    [Test]
    [Arguments("a.b.c.d", "a.b.c a.b.c0")]
    [Arguments("a.b.c", "a.b.c0")]
    [Arguments("a.b.c0", "")]
    [Arguments("a.b.b", "a.b.c.d a.b.c a.b.c0")] // not one of them
    [Arguments("zz", "")]
    public void Step_BehindACollection_FindsThoseThatFollow(string after, string expected)
    {
        var tree = Held(TreeOf("a.b.c/1 a.b.c/2 a.b.c.d/1 a.b.c0/1"));
        var walk = new CollectionWalk(tree, tree.Root, MstKeys.Key(after));
        Assert.Equal(after, Encoding.ASCII.GetString(walk.Collection));
        Assert.Equal(expected, string.Join(' ', Walk(walk)));
    }

    [Test]
    public void Step_NodeNotAtHand_NamesItAndGoesOnWhenItIs()
    {
        string high = MstKeys.OnLayer(2, 0, "m.m.m/");
        string left = MstKeys.OnLayer(1, 0, "a.a.a/");
        string right = MstKeys.OnLayer(1, 0, "z.z.z/");
        var whole = TreeOf($"{high} {left} {right}");
        var tree = new SparseTree();
        tree.Reroot(whole.RootCid);
        var walk = new CollectionWalk(tree, tree.Root);

        Assert.Equal(WalkStep.Missing, walk.Step());
        Assert.Equal(new MissingNode(whole.RootCid, null, null, null), walk.Missing);
        Assert.Equal(WalkStep.Missing, walk.Step());
        tree.Add(whole.Root.Block.Span, out _);
        Assert.Equal(WalkStep.Missing, walk.Step());
        Assert.Equal(whole.Root.Left!.Cid, walk.Missing.Cid);
        Assert.Null(walk.Missing.Low);
        Assert.Equal(high, Text(walk.Missing.High));
        Assert.Null(walk.Missing.LastCollection);

        tree.Add(whole.Root.Left.Block.Span, out _);
        Assert.Equal(["a.a.a"], Walk(walk, 1));
        Assert.Equal(["m.m.m"], Walk(walk, 1));
        Assert.Equal(WalkStep.Missing, walk.Step());
        Assert.Equal(high, Text(walk.Missing.Low));
        Assert.Null(walk.Missing.High);
        Assert.Equal("m.m.m", walk.Missing.LastCollection);
        tree.Add(whole.Root.Entries[0].Subtree!.Block.Span, out _);
        Assert.Equal(["z.z.z"], Walk(walk));
        Assert.Equal(WalkStep.End, walk.Step());
    }

    [Test]
    public void Step_ChildOutOfBounds_Fails()
    {
        // Left of "m", but greater.
        string high = MstKeys.OnLayer(1, 0, "m.m.m/");
        string low = MstKeys.OnLayer(0, 0, "z.z.z/");
        Fails(MstError.KeysUnordered, Leaf(low), child => Node(child, high), isChild: true);
    }

    [Test]
    public void Step_ChildEqualToItsBound_Fails()
    {
        string key = MstKeys.OnLayer(1, 0, "m.m.m/");
        Fails(MstError.KeyOnWrongLayer, Leaf(key), child => Node(child, key), isChild: true);
    }

    [Test]
    public void Step_ChildTwoLayersBelow_Fails()
    {
        string high = MstKeys.OnLayer(2, 0, "m.m.m/");
        string low = MstKeys.OnLayer(0, 0, "a.a.a/");
        Fails(MstError.KeyOnWrongLayer, Leaf(low), child => Node(child, high), isChild: true);
    }

    [Test]
    public void Step_PointerToLayerZeroOnLayerZero_Fails()
    {
        string high = MstKeys.OnLayer(1, 0, "m.m.m/");
        string low = MstKeys.OnLayer(0, 0, "a.a.a/");
        var pointer = RepoCar.Node(Leaf(low).Cid);
        Fails(MstError.BelowLayerZero, pointer, child => Node(child, high), isChild: true);
    }

    [Test]
    public void Step_EmptyChild_Fails()
    {
        string high = MstKeys.OnLayer(1, 0, "m.m.m/");
        Fails(
            MstError.NodeEmpty, RepoCar.Node(default), child => Node(child, high), isChild: true);
    }

    [Test]
    public void Step_RootThatOnlyPoints_Fails() => Fails(
        MstError.RootWithoutEntries, Leaf("a.a.a/x"), child => RepoCar.Node(child), isChild: false);

    [Test]
    public void Step_RootOnLayerZeroWithAChild_Fails()
    {
        string key = MstKeys.OnLayer(0, 0, "m.m.m/");
        Fails(
            MstError.BelowLayerZero, Leaf("a.a.a/x"), child => Node(child, key), isChild: false);
    }

    [Test]
    public void Step_KeysOfTwoLayersInOneNode_Fails()
    {
        string one = MstKeys.OnLayer(0, 0, "a.a.a/");
        string two = MstKeys.OnLayer(1, 0, "b.b.b/");
        var node = RepoCar.Node(
            default, new HandEntry(one, s_value), new HandEntry(two, s_value));
        FailsAt(MstError.KeyOnWrongLayer, node);
    }

    [Test]
    public void Step_KeysOutOfOrder_Fails()
    {
        string one = MstKeys.OnLayer(0, 0, "a.a.a/");
        string two = MstKeys.OnLayer(0, 0, "b.b.b/");
        var node = RepoCar.Node(
            default, new HandEntry(two, s_value), new HandEntry(one, s_value));
        FailsAt(MstError.KeysUnordered, node);
    }

    [Test]
    [Arguments(1, "a.a.a/x", MstError.PrefixTooLong)]
    [Arguments(int.MaxValue, "a.a.a/x", MstError.PrefixTooLong)]
    [Arguments(0, "noslash", MstError.KeyNotPath)]
    [Arguments(0, "/x", MstError.KeyNotPath)]
    [Arguments(0, "", MstError.KeyNotPath)]
    [Arguments(0, "a b/x", MstError.KeyNotPath)]
    [Arguments(0, "ä/x", MstError.KeyNotPath)]
    public void Step_FirstKeyMalformed_Fails(int prefix, string suffix, MstError error) => FailsAt(
        error, RepoCar.Node(default, new HandEntry(prefix, MstKeys.Key(suffix), s_value)));

    [Test]
    public void Step_KeyTooLong_Fails() => FailsAt(
        MstError.KeyTooLong,
        RepoCar.Node(default, new HandEntry(new string('a', 1025), s_value)));

    [Test]
    public void Step_PrefixNotShared_Fails() => FailsAt(
        MstError.PrefixNotMaximal,
        RepoCar.Node(
            default, new HandEntry("a.a.a/1", s_value), new HandEntry("a.a.a/2", s_value)));

    [Test]
    [Arguments("a0")]
    [Arguments("a2616580")] // cut off
    [Arguments("a2616580616cf600")]
    public void Step_BlockThatIsNoNode_Fails(string hex) =>
        FailsAt(MstError.NodeMalformed, SampleBlock.Of(Convert.FromHexString(hex)));

    private static void Fails(
        MstError error, SampleBlock child, Func<Cid, SampleBlock> parentOf, bool isChild)
    {
        var parent = parentOf(child.Cid);
        var tree = new SparseTree();
        tree.Reroot(parent.Cid);
        tree.Add(parent.Bytes, out _);
        tree.Add(child.Bytes, out _);
        var at = isChild ? child : parent;
        var walk = new CollectionWalk(tree, tree.Root);
        Assert.Equal(WalkStep.Failed, walk.Step());
        Assert.Equal((error, at.Cid), (walk.Error, walk.Malformed));
        // For good.
        Assert.Equal(WalkStep.Failed, walk.Step());
        // Whoever fetches by blocks is told the same.
        Assert.Equal(error, tree.ListBoundaryNodes([], out var listed));
        Assert.Equal(at.Cid, listed);
        Assert.True(tree.EstimateRecords() >= 0);
    }

    private static void FailsAt(MstError error, SampleBlock root)
    {
        var tree = new SparseTree();
        Assert.Equal(MstError.None, tree.Add(root.Bytes, out var cid));
        Assert.Equal(root.Cid, cid);
        tree.Reroot(cid);
        var walk = new CollectionWalk(tree, cid);
        Assert.Equal(WalkStep.Failed, walk.Step());
        Assert.Equal((error, cid), (walk.Error, walk.Malformed));
    }

    private static SampleBlock Leaf(string key) =>
        RepoCar.Node(default, new HandEntry(key, s_value));

    private static SampleBlock Node(Cid left, string key) =>
        RepoCar.Node(left, new HandEntry(key, s_value));

    private static MstTree TreeOf(string paths) =>
        MstKeys.TreeOf(paths.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static SparseTree Held(MstTree whole)
    {
        var nodes = new List<MstTreeNode>();
        MstKeys.Done(whole.AddAllNodes(nodes));
        var tree = new SparseTree();
        foreach (var node in nodes) tree.Add(node.Block.Span, out _);
        tree.Reroot(whole.RootCid);
        return tree;
    }

    private static List<string> Walk(CollectionWalk walk, int limit = int.MaxValue)
    {
        var found = new List<string>();
        while (found.Count < limit)
        {
            var step = walk.Step();
            if (step == WalkStep.End) break;
            Assert.Equal(WalkStep.Collection, step);
            found.Add(Encoding.ASCII.GetString(walk.Collection));
        }

        return found;
    }

    private static string? Text(ReadOnlyMemory<byte>? key) =>
        key is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;
}
