using System.Buffers;
using Atproto.Mst;
using Atproto.Multiformats;

namespace Atproto.Tests.Mst;

public sealed class MstTreeTests
{
    private static readonly string Low = MstKeys.OnLayer(0);
    private static readonly string LowToo = MstKeys.OnLayer(0, 1);
    private static readonly string High = MstKeys.OnLayer(1);

    [Test]
    public void Insert_KeyThatIsThere_IsRefusedAndLeavesTheTree()
    {
        var tree = MstKeys.TreeOf([Low, High]);
        var before = tree.RootCid;
        var result = tree.Insert(MstKeys.Key(Low), MstKeys.Value(9));
        Assert.Equal(MstTreeStatus.KeyPresent, result.Status);
        Assert.Equal(before, tree.RootCid);
    }

    [Test]
    public void DeleteAndUpdate_KeyThatIsNotThere_AreRefused()
    {
        var tree = MstKeys.TreeOf([Low, High]);
        var before = tree.RootCid;
        Assert.Equal(MstTreeStatus.KeyAbsent, tree.Delete(MstKeys.Key(LowToo), out _).Status);
        Assert.Equal(
            MstTreeStatus.KeyAbsent,
            tree.Update(MstKeys.Key(LowToo), MstKeys.Value(9), out _).Status);
        Assert.Equal(before, tree.RootCid);
    }

    [Test]
    public void Update_ThereAndBack_TellsWhatWasAndRestoresTheRoot()
    {
        var tree = MstKeys.TreeOf([Low, High]);
        var before = tree.RootCid;
        MstKeys.Done(tree.Update(MstKeys.Key(Low), MstKeys.Value(9), out var old));
        Assert.NotEqual(before, tree.RootCid);
        MstKeys.Done(tree.Update(MstKeys.Key(Low), old, out var changed));
        Assert.Equal(MstKeys.Value(9), changed);
        Assert.Equal(before, tree.RootCid);
    }

    [Test]
    public void Copy_Changed_LeavesTheOriginal()
    {
        var tree = MstKeys.TreeOf([Low, High]);
        var before = tree.RootCid;
        var copy = tree.Copy();
        MstKeys.Done(copy.Delete(MstKeys.Key(Low), out _));
        Assert.Equal(before, tree.RootCid);
        Assert.NotEqual(before, copy.RootCid);
    }

    [Test]
    public void Insert_KeyAtAndOverTheLimit_IsTakenAndRefused()
    {
        var tree = new MstTree();
        MstKeys.Done(tree.Insert(new byte[MstLimits.KeyBytesMax], MstKeys.Value(1)));
        var result = tree.Insert(new byte[MstLimits.KeyBytesMax + 1], MstKeys.Value(1));
        Assert.Equal(MstError.KeyTooLong, result.Error);
    }

    [Test]
    public void AnyOperation_RootMissing_FailsNamingIt()
    {
        var root = MstKeys.TreeOf([Low]).RootCid;
        var tree = new MstTree(root, new MstNodeSet());
        byte[] key = MstKeys.Key(Low);
        var expected = new MstTreeResult(MstTreeStatus.Failed, MstError.NodeMissing, root);
        var nodes = new List<MstTreeNode>();
        Assert.Equal(expected, tree.Find(key, out _));
        Assert.Equal(expected, tree.Insert(key, MstKeys.Value(1)));
        Assert.Equal(expected, tree.Update(key, MstKeys.Value(1), out _));
        Assert.Equal(expected, tree.Delete(key, out _));
        Assert.Equal(expected, tree.AddPath(key, nodes));
        Assert.Equal(expected, tree.AddCoveringProof(key, nodes));
        Assert.Equal(expected, tree.AddAllNodes(nodes));
        Assert.Empty(nodes);
        Assert.Equal($"node is missing: {root}", expected.ToString());
        Assert.Throws<InvalidOperationException>(() => tree.Root.Block);
    }

    [Test]
    public void Delete_ChildToBeMergedMissing_FailsAndLeavesTheTree()
    {
        string left = MstKeys.OnLayer(0, prefix: "a/");
        string middle = MstKeys.OnLayer(1, prefix: "b/");
        string right = MstKeys.OnLayer(0, prefix: "c/");
        var whole = MstKeys.TreeOf([left, middle, right]);
        var held = new MstNodeSet();
        held.Add(whole.Root);
        held.Add(whole.Root.Left!);
        var missing = whole.Root.Entries[0].Subtree!.Cid;

        var tree = new MstTree(whole.RootCid, held);
        var result = tree.Delete(MstKeys.Key(middle), out _);
        Assert.Equal(
            new MstTreeResult(MstTreeStatus.Failed, MstError.NodeMissing, missing), result);
        Assert.Equal(whole.RootCid, tree.RootCid);
        MstKeys.Done(tree.Find(MstKeys.Key(middle), out _));
        MstKeys.Done(tree.Find(MstKeys.Key(left), out _));
        Assert.Equal(MstError.NodeMissing, tree.Find(MstKeys.Key(right), out _).Error);
    }

    [Test]
    public void AddNewNodes_AfterOneChange_AreThoseOnItsPath()
    {
        var first = MstKeys.TreeOf([MstKeys.OnLayer(0, prefix: "a/"), High, "z/1", "z/2"]);
        var blocks = new MstNodeSet();
        var all = new List<MstTreeNode>();
        first.AddAllNodes(all);
        foreach (var node in all) blocks.Add(node);

        var tree = new MstTree(first.RootCid, blocks);
        var nodes = new List<MstTreeNode>();
        tree.AddNewNodes(nodes);
        Assert.Empty(nodes);
        byte[] key = MstKeys.Key(MstKeys.OnLayer(0, 1, "a/"));
        MstKeys.Done(tree.Insert(key, MstKeys.Value(1)));
        tree.AddNewNodes(nodes);
        var path = new List<MstTreeNode>();
        MstKeys.Done(tree.AddPath(key, path));
        Assert.Equal(path, nodes);
    }

    [Test]
    public void Find_BlockCutAnywhere_FailsAsMalformed()
    {
        var whole = MstKeys.TreeOf([Low, LowToo]);
        byte[] block = whole.Root.Block.ToArray();
        for (int length = 0; length < block.Length; length++)
        {
            Assert.Equal(MstError.NodeMalformed, ErrorOf(block[..length]));
        }

        Assert.Equal(MstError.None, ErrorOf(block));
    }

    [Test]
    public void Find_NodeTooLarge_Fails() =>
        Assert.Equal(MstError.NodeTooLarge, ErrorOf(new byte[MstLimits.NodeBytesMax + 1]));

    [Test]
    [Arguments(1, 1)] // the first entry shares with nothing
    [Arguments(0, 2)] // the second with more than there is
    public void Find_PrefixBeyondTheKeyBefore_Fails(int firstPrefix, int secondPrefix) =>
        Assert.Equal(
            MstError.PrefixTooLong,
            ErrorOf(Node((firstPrefix, [0x61]), (secondPrefix, [0x62]))));

    [Test]
    public void Find_PrefixShorterThanItCouldBe_Fails() =>
        Assert.Equal(
            MstError.PrefixNotMaximal,
            ErrorOf(Node((0, MstKeys.Key(Low)), (0, MstKeys.Key(LowToo)))));

    [Test]
    public void Find_KeyOverTheLimit_Fails() =>
        Assert.Equal(MstError.KeyTooLong, ErrorOf(Node((0, new byte[MstLimits.KeyBytesMax + 1]))));

    [Test]
    public void Find_KeysDescending_Fails()
    {
        // "b" first: nothing shared, so the prefixes are right and the order alone is wrong.
        string later = MstKeys.OnLayer(0, prefix: "b");
        string earlier = MstKeys.OnLayer(0, prefix: "a");
        Assert.Equal(
            MstError.KeysUnordered,
            ErrorOf(Node((0, MstKeys.Key(later)), (0, MstKeys.Key(earlier)))));
    }

    [Test]
    public void Find_KeysEqual_Fails()
    {
        byte[] key = MstKeys.Key(Low);
        Assert.Equal(MstError.KeysUnordered, ErrorOf(Node((0, key), (key.Length, []))));
    }

    [Test]
    public void Find_KeysOfTwoLayersInANode_Fails()
    {
        string low = MstKeys.OnLayer(0, prefix: "a");
        string high = MstKeys.OnLayer(1, prefix: "b");
        Assert.Equal(
            MstError.KeyOnWrongLayer,
            ErrorOf(Encode(default, Leaf(low), Leaf(high))));
    }

    [Test]
    public void Find_RootThatOnlyPoints_Fails() =>
        Assert.Equal(
            MstError.RootWithoutEntries, ErrorOf(Encode(MstKeys.TreeOf([Low]).RootCid)));

    [Test]
    public void Find_SubtreeUnderLayerZero_Fails() =>
        Assert.Equal(
            MstError.BelowLayerZero, ErrorOf(Encode(MstKeys.TreeOf([Low]).RootCid, Leaf(LowToo))));

    [Test]
    public void Find_EmptyNodeBelowTheRoot_Fails()
    {
        var blocks = new MstNodeSet();
        var empty = blocks.Add(Encode(default));
        Assert.Equal(
            MstError.NodeEmpty, ErrorOf(Encode(empty, Leaf(High)), blocks, MstKeys.Key("\0")));
    }

    [Test]
    public void Find_ChildOfAnotherLayer_Fails()
    {
        var blocks = new MstNodeSet();
        var child = blocks.Add(Encode(default, Leaf(MstKeys.OnLayer(0, prefix: "a/"))));
        byte[] root = Encode(child, Leaf(MstKeys.OnLayer(2, prefix: "b/")));
        Assert.Equal(MstError.KeyOnWrongLayer, ErrorOf(root, blocks, MstKeys.Key("a/")));
    }

    [Test]
    [Arguments(true)] // left of the entry, and greater
    [Arguments(false)] // right of it, and less
    public void Find_ChildOutsideItsBounds_Fails(bool isLeft)
    {
        var blocks = new MstNodeSet();
        string stray = MstKeys.OnLayer(0, prefix: isLeft ? "z/" : "a/");
        var child = blocks.Add(Encode(default, Leaf(stray)));
        string middle = MstKeys.OnLayer(1, prefix: "m/");
        byte[] root = isLeft
            ? Encode(child, Leaf(middle))
            : Encode(default, Leaf(middle) with { Subtree = child });
        byte[] sought = MstKeys.Key(isLeft ? "a/" : "z/");
        Assert.Equal(MstError.KeysUnordered, ErrorOf(root, blocks, sought));
    }

    private static MstError ErrorOf(byte[] root, MstNodeSet? blocks = null, byte[]? key = null)
    {
        blocks ??= new MstNodeSet();
        var tree = new MstTree(blocks.Add(root), blocks);
        var result = tree.Find(key ?? MstKeys.Key(Low), out _);
        Assert.NotEqual(MstTreeStatus.KeyAbsent, result.Status);
        return result.Error;
    }

    private static MstLeaf Leaf(string key) => new(MstKeys.Key(key), MstKeys.Value(1), default);

    private static byte[] Encode(Cid left, params ReadOnlySpan<MstLeaf> leaves)
    {
        var output = new ArrayBufferWriter<byte>();
        MstEncoder.WriteNode(output, left, leaves);
        return output.WrittenSpan.ToArray();
    }

    // A node with prefixes as given, right or wrong.
    private static byte[] Node(params (int Prefix, byte[] Suffix)[] entries)
    {
        var output = new ArrayBufferWriter<byte>();
        var cbor = new Atproto.Cbor.CborWriter(output);
        cbor.WriteMap(2);
        cbor.WriteText("e"u8);
        cbor.WriteArray(entries.Length);
        foreach (var (prefix, suffix) in entries)
        {
            cbor.WriteMap(4);
            cbor.WriteText("k"u8);
            cbor.WriteBytes(suffix);
            cbor.WriteText("p"u8);
            cbor.WriteInteger(prefix);
            cbor.WriteText("t"u8);
            cbor.WriteNull();
            cbor.WriteText("v"u8);
            cbor.WriteLink(MstKeys.Value(1));
        }

        cbor.WriteText("l"u8);
        cbor.WriteNull();
        return output.WrittenSpan.ToArray();
    }
}
