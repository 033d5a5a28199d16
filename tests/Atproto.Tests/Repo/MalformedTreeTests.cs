using System.Buffers;
using System.Text;
using Atproto.Mst;
using Atproto.Multiformats;
using Atproto.Tests.Mst;
using Samples;

namespace Atproto.Tests.Repo;

/// <summary>
/// Trees that are not the one tree of their keys, each with a commit above it: every rule of
/// https://atproto.com/specs/repository is broken on its own.
/// </summary>
public sealed class MalformedTreeTests
{
    private const string Prefix = "com.example.thing/";

    private static readonly SampleBlock Leaf = RepoCar.Record("leaf");

    [Test]
    [Arguments("a3616580616cf6617af6")] // an extra key
    [Arguments("a1616580")] // l missing
    [Arguments("a1616cf6")] // e missing
    [Arguments("a2616cf6616580")] // keys exchanged
    [Arguments("a2616580616cf600")] // bytes behind it
    [Arguments("a2616580616cf7")] // undefined for null
    [Arguments("a2616580616c80")] // l is no link
    [Arguments("a26165f6616cf6")] // e is no array
    [Arguments("a2616581f6616cf6")] // an entry that is no map
    [Arguments("a2616581a0616cf6")] // an entry without keys
    [Arguments("a261659800616cf6")] // a length in two bytes
    [Arguments("a2616599ffff616cf6")] // entries that are not there
    [Arguments("a2616589616cf6")]
    [Arguments("f6")]
    [Arguments("")]
    public void Walk_RootOfAnotherForm_IsNodeMalformed(string hex) =>
        Refused(MstError.NodeMalformed, SampleBlock.Of(Convert.FromHexString(hex)));

    [Test]
    [Arguments("a56161f6616b4161617000617" + "4f66176", "")] // an extra key in front
    [Arguments("a4616b6161617000617" + "4f66176", "")] // the suffix as text
    [Arguments("a4616b416161702061" + "74f66176", "")] // a negative prefix
    [Arguments("a4616b416161701a7fffffff6174f66176", "x")] // a long one is sound by itself
    [Arguments("a4616b416161701b00000001000000006174f66176", "")]
    [Arguments("a4616b4161617000" + "6174006176", "")] // t is neither link nor null
    public void Walk_EntryOfAnotherForm_IsRefused(string hex, string isSound)
    {
        byte[] link = new byte[41];
        Convert.FromHexString("d82a582500").CopyTo(link, 0);
        Leaf.Cid.CopyTo(link.AsSpan(5));
        byte[] root =
        [
            .. Convert.FromHexString("a2616581"), .. Convert.FromHexString(hex), .. link,
            .. Convert.FromHexString("616cf6"),
        ];
        var expected = isSound.Length > 0 ? MstError.PrefixTooLong : MstError.NodeMalformed;
        Refused(expected, SampleBlock.Of(root));
    }

    [Test]
    public void Walk_LinkToARawBlock_IsARecordsOrNodeMalformed()
    {
        var raw = SampleBlock.Of([1, 2, 3], CidCodec.Raw);
        string key = Key(0);
        var root = RepoCar.Node(default, new HandEntry(key, raw.Cid));
        var outcome = RepoCar.Verify(RepoCar.Of(root.Cid, root, raw));
        Assert.Null(outcome.Fault);
        Assert.Equal((1, 1), (outcome.Counts.Records, outcome.Counts.RecordsUndecodable));
        Assert.Equal($"record {key} 2 without a form", outcome.Sink.Calls[^1]);
        Refused(MstError.RecordMissing, root, SampleBlock.Of([1, 2, 3]));
        Refused(
            MstError.NodeMalformed,
            RepoCar.Node(raw.Cid, new HandEntry(Key(1), Leaf.Cid)), raw);
        Refused(
            MstError.NodeMalformed,
            RepoCar.Node(default, new HandEntry(Key(1), Leaf.Cid, raw.Cid)), raw);
    }

    [Test]
    public void Walk_NodeCutAnywhere_IsNodeMalformed()
    {
        byte[] whole = RepoCar.Node(default, new HandEntry(Key(0), Leaf.Cid)).Bytes;
        for (int length = 0; length < whole.Length; length++)
        {
            Refused(MstError.NodeMalformed, SampleBlock.Of(whole[..length]));
        }
    }

    [Test]
    public void Walk_NodeOneByteTooLarge_IsNodeTooLarge()
    {
        byte[] block = new byte[MstLimits.NodeBytesMax + 1];
        Convert.FromHexString("a261659a000f0000").CopyTo(block, 0);
        Refused(MstError.NodeTooLarge, SampleBlock.Of(block));
        Refused(MstError.TooManyEntries, SampleBlock.Of(block[..MstLimits.NodeBytesMax]));
    }

    [Test]
    public void Walk_EntriesAtTheLimit_AreReadAndOneMoreIsNot()
    {
        // All keys on layer 0 are one node, however many they are.
        var keys = Enumerable.Range(0, int.MaxValue)
            .Select(i => Encoding.UTF8.GetBytes($"{Prefix}{i:d6}"))
            .Where(key => MstLayer.Of(key) == 0)
            .Take(MstLimits.EntriesMax + 1)
            .Select(key => new MstLeaf(key, Leaf.Cid, default))
            .ToArray();
        var outcome = RepoCar.Verify(Car(Encoded(keys[1..])));
        Assert.Null(outcome.Fault);
        Assert.Equal(MstLimits.EntriesMax, outcome.Counts.Records);
        Refused(MstError.TooManyEntries, Encoded(keys));

        static SampleBlock Encoded(MstLeaf[] leaves)
        {
            var output = new ArrayBufferWriter<byte>();
            MstEncoder.WriteNode(output, default, leaves);
            return SampleBlock.Of(output.WrittenSpan.ToArray());
        }
    }

    [Test]
    public void Walk_FirstEntryWithAPrefix_IsPrefixTooLong() => Refused(
        MstError.PrefixTooLong,
        RepoCar.Node(default, new HandEntry(1, Bytes(Key(0)), Leaf.Cid)));

    [Test]
    public void Walk_PrefixLongerThanTheKeyBefore_IsPrefixTooLong()
    {
        string key = Key(0);
        Refused(MstError.PrefixTooLong, RepoCar.Node(
            default,
            new HandEntry(key, Leaf.Cid),
            new HandEntry(key.Length + 1, Bytes("x"), Leaf.Cid)));
    }

    [Test]
    public void Walk_PrefixOneByteShort_IsPrefixNotMaximal()
    {
        string first = Key(0, 0);
        string second = Key(0, 1);
        int shared = Shared(first, second);
        Refused(MstError.PrefixNotMaximal, RepoCar.Node(
            default,
            new HandEntry(first, Leaf.Cid),
            new HandEntry(shared - 1, Bytes(second[(shared - 1)..]), Leaf.Cid)));
        Refused(MstError.PrefixNotMaximal, RepoCar.Node(
            default, new HandEntry(first, Leaf.Cid), new HandEntry(second, Leaf.Cid)));
    }

    [Test]
    [Arguments("coll/self")]
    [Arguments("com.example.thing/..")]
    [Arguments("com.example.thing/.")]
    [Arguments("com.example.thing/")]
    [Arguments("com.example.thing")]
    [Arguments("com.example.thing/a/b")]
    [Arguments("/self")]
    [Arguments("com.example.thing/a b")]
    [Arguments("com.example.thing/é")]
    [Arguments("com.example/self")]
    [Arguments("")]
    public void Walk_KeyThatIsNoPath_IsKeyNotPath(string key) =>
        Refused(MstError.KeyNotPath, RepoCar.Node(default, new HandEntry(key, Leaf.Cid)));

    [Test]
    public void Walk_KeyOverTheLimit_IsKeyTooLong()
    {
        string key = new('a', MstLimits.KeyBytesMax);
        Refused(MstError.KeyNotPath, RepoCar.Node(default, new HandEntry(key, Leaf.Cid)));
        Refused(MstError.KeyTooLong, RepoCar.Node(default, new HandEntry(key + "a", Leaf.Cid)));

        // The longest legal path has 830 bytes.
        string nsid = string.Join('.', Enumerable.Repeat(new string('a', 62), 4)) + "."
            + new string('b', 63) + "." + "c";
        string path = nsid + "/" + new string('x', 512);
        Assert.Equal(Atproto.Repo.RepoPath.BytesMax, path.Length);
        var root = RepoCar.Node(default, new HandEntry(path, Leaf.Cid));
        Assert.Null(RepoCar.Verify(Car(root)).Fault);
        Refused(MstError.KeyNotPath, RepoCar.Node(default, new HandEntry(path + "x", Leaf.Cid)));
    }

    [Test]
    public void Walk_KeysOfTwoLayersInOneNode_IsKeyOnWrongLayer()
    {
        string low = Key(0);
        string high = Key(1);
        var entries = new[] { low, high }.Order(StringComparer.Ordinal).ToArray();
        int shared = Shared(entries[0], entries[1]);
        Refused(MstError.KeyOnWrongLayer, RepoCar.Node(
            default,
            new HandEntry(entries[0], Leaf.Cid),
            new HandEntry(shared, Bytes(entries[1][shared..]), Leaf.Cid)));
    }

    [Test]
    public void Walk_ChildTwoLayersBelow_IsKeyOnWrongLayer()
    {
        var child = RepoCar.Node(default, new HandEntry(Key(0), Leaf.Cid));
        string high = Key(2, prefix: "com.example.zzz/");
        Refused(
            MstError.KeyOnWrongLayer,
            RepoCar.Node(child.Cid, new HandEntry(high, Leaf.Cid)), child);
        // With the level between them it is the right tree.
        var between = RepoCar.Node(child.Cid);
        var root = RepoCar.Node(between.Cid, new HandEntry(high, Leaf.Cid));
        Assert.Null(RepoCar.Verify(Car(root, between, child)).Fault);
    }

    [Test]
    public void Walk_KeysInWrongOrder_IsKeysUnordered()
    {
        string first = Key(0, 0);
        string second = Key(0, 1);
        int shared = Shared(first, second);
        Refused(MstError.KeysUnordered, RepoCar.Node(
            default,
            new HandEntry(second, Leaf.Cid),
            new HandEntry(shared, Bytes(first[shared..]), Leaf.Cid)));
        Refused(MstError.KeysUnordered, RepoCar.Node(
            default, new HandEntry(first, Leaf.Cid), new HandEntry(first.Length, [], Leaf.Cid)));
    }

    [Test]
    public void Walk_ChildOnTheWrongSide_IsKeysUnordered()
    {
        string high = Key(1, prefix: "com.example.mmm/");
        var before = RepoCar.Node(
            default, new HandEntry(Key(0, prefix: "com.example.aaa/"), Leaf.Cid));
        var after = RepoCar.Node(
            default, new HandEntry(Key(0, prefix: "com.example.zzz/"), Leaf.Cid));
        var good = RepoCar.Node(before.Cid, new HandEntry(high, Leaf.Cid, after.Cid));
        Assert.Null(RepoCar.Verify(Car(good, before, after)).Fault);
        Refused(
            MstError.KeysUnordered,
            RepoCar.Node(after.Cid, new HandEntry(high, Leaf.Cid)), after);
        Refused(
            MstError.KeysUnordered,
            RepoCar.Node(default, new HandEntry(high, Leaf.Cid, before.Cid)), before);
    }

    [Test]
    public void Walk_EmptyChild_IsNodeEmpty()
    {
        var empty = RepoCar.Node(default);
        Refused(
            MstError.NodeEmpty,
            RepoCar.Node(empty.Cid, new HandEntry(Key(1), Leaf.Cid)), empty);
        Assert.Null(RepoCar.Verify(Car(empty)).Fault);
    }

    [Test]
    public void Walk_RootThatOnlyPoints_IsRootWithoutEntries()
    {
        var child = RepoCar.Node(default, new HandEntry(Key(0), Leaf.Cid));
        Refused(MstError.RootWithoutEntries, RepoCar.Node(child.Cid), child);
    }

    [Test]
    public void Walk_SubtreeUnderLayerZero_IsBelowLayerZero()
    {
        var child = RepoCar.Node(
            default, new HandEntry(Key(0, prefix: "com.example.aaa/"), Leaf.Cid));
        Refused(
            MstError.BelowLayerZero,
            RepoCar.Node(child.Cid, new HandEntry(Key(0), Leaf.Cid)), child);
        // Whatever is said to be there, and even if it is not.
        Refused(
            MstError.BelowLayerZero,
            RepoCar.Node(default, new HandEntry(Key(0), Leaf.Cid, MstKeys.Value(1))));
    }

    [Test]
    public void Walk_NodeReachedTwice_IsNodeRepeated()
    {
        var child = RepoCar.Node(
            default, new HandEntry(Key(0, prefix: "com.example.aaa/"), Leaf.Cid));
        Refused(
            MstError.NodeRepeated,
            RepoCar.Node(child.Cid, new HandEntry(Key(1), Leaf.Cid, child.Cid)), child);
    }

    [Test]
    public void Walk_NodeNotThere_IsNodeMissing()
    {
        var child = RepoCar.Node(
            default, new HandEntry(Key(0, prefix: "com.example.aaa/"), Leaf.Cid));
        var root = RepoCar.Node(child.Cid, new HandEntry(Key(1), Leaf.Cid));
        Refused(MstError.NodeMissing, root);
        var fault = RepoCar.Verify(RepoCar.Of(root.Cid)).Fault;
        Assert.Equal((nameof(MstError.NodeMissing), root.Cid), (fault!.Code, fault.Cid));
    }

    [Test]
    public void Walk_RecordNotThere_IsRecordMissing()
    {
        string key = Key(0);
        var root = RepoCar.Node(default, new HandEntry(key, MstKeys.Value(1)));
        var fault = RepoCar.Verify(Car(root)).Fault;
        Assert.Equal(nameof(MstError.RecordMissing), fault!.Code);
        Assert.Equal((MstKeys.Value(1), key), (fault.Cid, fault.Key));
    }

    [Test]
    public void Walk_RecordThereAsRawBlockOnly_IsRecordMissing() => Refused(
        MstError.RecordMissing,
        RepoCar.Node(default, new HandEntry(Key(0), Cid.Of(CidCodec.DagCbor, [1]))),
        SampleBlock.Of([1], CidCodec.Raw));

    [Test]
    public void Walk_LinkThatSharesHalfADigestWithABlock_IsMissing()
    {
        // Anyone can write such a link: it names a block that nobody has.
        byte[] digest = new byte[32];
        Leaf.Cid.CopyDigestTo(digest);
        digest[31] ^= 1;
        var forged = new Cid(CidCodec.DagCbor, digest);
        Refused(MstError.RecordMissing, RepoCar.Node(default, new HandEntry(Key(0), forged)));

        var child = RepoCar.Node(
            default, new HandEntry(Key(0, prefix: "com.example.aaa/"), Leaf.Cid));
        child.Cid.CopyDigestTo(digest);
        digest[16] ^= 0x80;
        forged = new Cid(CidCodec.DagCbor, digest);
        Refused(
            MstError.NodeMissing, RepoCar.Node(forged, new HandEntry(Key(1), Leaf.Cid)), child);
    }

    [Test]
    public void Fault_KeyWithOddBytes_IsPrintable()
    {
        var root = RepoCar.Node(
            default, new HandEntry(0, [0, (byte)'\n', (byte)'a', 0xff], Leaf.Cid));
        var fault = RepoCar.Verify(Car(root)).Fault!;
        Assert.Equal(@"\x00\x0aa\xff", fault.Key);
        Assert.StartsWith(
            $"KeyNotPath at {fault.Offset} cid {root.Cid} key \\x00", fault.ToString());
    }

    [Test]
    public void Describe_EveryCause_HasWordsOfItsOwn()
    {
        // TooHigh among them, which would take a key whose hash begins with 128 zero bits.
        var causes = Enum.GetValues<MstError>().Where(e => e != MstError.None).ToList();
        Assert.Contains(MstError.TooHigh, causes);
        Assert.Equal(causes.Count, causes.Select(e => e.Describe()).Distinct().Count());
    }

    // The fault names the cause and the offending block, and nothing was thrown.
    private static void Refused(MstError expected, SampleBlock root, params SampleBlock[] others)
    {
        var fault = RepoCar.Verify(Car(root, others)).Fault;
        Assert.Equal(expected.ToString(), fault?.Code);
        Assert.NotNull(fault!.Cid);
    }

    private static byte[] Car(SampleBlock root, params SampleBlock[] others) =>
        RepoCar.Of(root.Cid, [root, Leaf, .. others]);

    private static string Key(int layer, int index = 0, string prefix = Prefix) =>
        MstKeys.OnLayer(layer, index, prefix);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static int Shared(string left, string right) =>
        left.AsSpan().CommonPrefixLength(right);
}
