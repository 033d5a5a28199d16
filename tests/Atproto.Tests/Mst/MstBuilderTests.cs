using Atproto.Mst;
using Atproto.Multiformats;

namespace Atproto.Tests.Mst;

public sealed class MstBuilderTests
{
    [Test]
    public void Finish_NoKeys_IsTheEmptyTree()
    {
        var sink = new ListSink();
        Assert.Equal(new MstTree().RootCid, new MstBuilder(sink).Finish());
        Assert.Equal((0, 0L), Assert.Single(sink.Nodes));
    }

    [Test]
    public void Add_GivesPlacesForAPreorderWalk()
    {
        string low = MstKeys.OnLayer(0, prefix: "a/");
        string high = MstKeys.OnLayer(2, prefix: "b/");
        string last = MstKeys.OnLayer(1, prefix: "c/");
        var sink = new ListSink();
        var builder = new MstBuilder(sink);
        foreach (string key in new[] { low, high, last })
        {
            Assert.Equal(MstError.None, builder.Add(MstKeys.Key(key), MstKeys.Value(1)));
        }

        Assert.Equal(3, builder.KeyCount);
        builder.Finish();
        // The low key's node, a pointer above it, the last key's node, and the root over all.
        Assert.Equal([(0, 0L), (1, 0L), (1, 2L), (2, 0L)], sink.Nodes);
    }

    [Test]
    [Arguments("k/1")] // the same
    [Arguments("k/0")] // less
    [Arguments("k/")] // its beginning
    public void Add_KeyNotGreater_IsRefusedAndLeavesTheTree(string key)
    {
        var builder = new MstBuilder(new ListSink());
        Assert.Equal(MstError.None, builder.Add(MstKeys.Key("k/1"), MstKeys.Value(3)));
        Assert.Equal(MstError.KeysUnordered, builder.Add(MstKeys.Key(key), MstKeys.Value(3)));
        Assert.Equal(MstKeys.TreeOf(["k/1"]).RootCid, builder.Finish());
    }

    [Test]
    public void Add_KeyAtAndOverTheLimit_IsTakenAndRefused()
    {
        var builder = new MstBuilder(new ListSink());
        byte[] longest = new byte[MstLimits.KeyBytesMax];
        Assert.Equal(MstError.None, builder.Add(longest, MstKeys.Value(1)));
        Assert.Equal(
            MstError.KeyTooLong, builder.Add(new byte[longest.Length + 1], MstKeys.Value(1)));
    }

    [Test]
    public void Finish_Twice_StartsAnew()
    {
        var builder = new MstBuilder(new ListSink());
        builder.Add(MstKeys.Key("k/1"), MstKeys.Value(3));
        var first = builder.Finish();
        Assert.Equal(0, builder.KeyCount);
        builder.Add(MstKeys.Key("k/1"), MstKeys.Value(3));
        Assert.Equal(first, builder.Finish());
        Assert.Equal(new MstTree().RootCid, builder.Finish());
    }

    private sealed class ListSink : IMstNodeSink
    {
        internal List<(int Layer, long FirstKey)> Nodes { get; } = [];

        public void Add(in Cid cid, int layer, long firstKey, ReadOnlySpan<byte> block) =>
            Nodes.Add((layer, firstKey));
    }
}
