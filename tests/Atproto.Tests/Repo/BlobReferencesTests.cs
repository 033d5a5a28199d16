using System.Text;
using Atproto.Multiformats;
using Atproto.Repo;
using static Samples.SampleRecord;

namespace Atproto.Tests.Repo;

/// <summary>Which maps in a record are references to blobs.</summary>
public sealed class BlobReferencesTests
{
    private static readonly Cid A = Cid.Of(CidCodec.Raw, "a"u8);
    private static readonly Cid B = Cid.Of(CidCodec.Raw, "b"u8);
    private static readonly Cid Record = Cid.Of(CidCodec.DagCbor, "record"u8);

    public static TheoryData<string, (string Key, object? Value)[], string> Cases() => new()
    {
        { "current form", Blob(A, "image/png", 3), "a image/png" },
        { "an empty blob", Blob(A, "image/png", 0), "a image/png" },
        { "legacy form", Map(("cid", A.ToString()), ("mimeType", "x/y")), "a x/y" },
        { "in an array", Map(("l", List(1, Blob(A, "x/y", 1), Blob(B, "z/w", 1)))), "a x/y,b z/w" },
        { "deep", Map(("a", Map(("b", List(List(Blob(B, "x/y", 1))))))), "b x/y" },
        { "twice", Map(("a", Blob(A, "x/y", 1)), ("b", Blob(A, "z/w", 1))), "a x/y,a z/w" },
        { "one of each", Map(("a", Blob(A, "x/y", 1)), ("b", Legacy(B))), "a x/y,b x/y" },
        { "a codec of ours", Blob(Record, "x/y", 1), "record x/y" },
        { "an extra key", Map([.. Blob(A, "x/y", 1), ("alt", "z")]), "" },
        { "legacy with an extra key", Map([.. Legacy(A), ("size", 1)]), "" },
        { "no type", Without("$type"), "" },
        { "no ref", Without("ref"), "" },
        { "no mimeType", Without("mimeType"), "" },
        { "no size", Without("size"), "" },
        { "another type", With("$type", "blobs"), "" },
        { "a type that is no text", With("$type", 1), "" },
        { "a size that was not known", With("size", -1), "a x/y" },
        { "a negative size", With("size", -2), "" },
        { "the largest size", With("size", (1L << 53) - 1), "a x/y" },
        { "a size no double holds", With("size", 1L << 53), "" },
        { "a size that is true", With("size", true), "" },
        { "a mimeType without a slash", With("mimeType", "image"), "" },
        { "legacy without a slash", Map(("cid", A.ToString()), ("mimeType", "x")), "a x" },
        { "a size in text", With("size", "1"), "" },
        { "an empty mimeType", With("mimeType", ""), "" },
        { "a mimeType that is no text", With("mimeType", null), "" },
        { "a ref in text", With("ref", A.ToString()), "" },
        { "a ref that is a legacy map", With("ref", Map(Legacy(B))), "b x/y" },
        { "legacy whose cid is a link", Map(("cid", A), ("mimeType", "x/y")), "" },
        { "legacy whose cid is no CID", Map(("cid", "zzz"), ("mimeType", "x/y")), "" },
        { "legacy with an empty mimeType", Map(("cid", A.ToString()), ("mimeType", "")), "" },
        { "two other keys", Map(("cid", A.ToString()), ("size", 1)), "" },
        { "just a link", Map(("ref", A)), "" },
        { "an empty map", Map(), "" },
        // Not a reference, so its values are looked into.
        { "inside one with an extra key", Map(("$type", "blob"), ("ref", A), ("size", 1),
            ("mimeType", "x/y"), ("thumb", Blob(B, "x/y", 1))), "b x/y" },
        { "below a wrong size", Map(("$type", "blob"), ("ref", A), ("mimeType", "x/y"),
            ("size", Map(Legacy(B)))), "b x/y" },
    };

    [Test]
    [MethodDataSource(nameof(Cases))]
    public void Find_Record_TellsItsReferences(
        string what, (string Key, object? Value)[] record, string expected)
    {
        byte[] block = Encode(record);
        Assert.True(expected == Find(block), $"{what}: {Find(block)}");
        Assert.True(expected.Length == 0 || BlobReferences.MayBeIn(block));
        string below = Find(Encode(("$type", "com.example.thing"), ("z", List(record))));
        Assert.True(expected == below, $"{what}, below: {below}");
    }

    [Test]
    public void Find_CidOfAnotherHash_IsAReferenceToNothingAndNotSearched()
    {
        // ref is an identity CID: no blob that could be served.
        byte[] block = Convert.FromHexString(
            "a4637265 66d82a460001550001ff".Replace(" ", "", StringComparison.Ordinal)
            + "6473697a6501" + "652474797065" + "64626c6f62" + "686d696d6554797065" + "63782f79");
        Assert.Equal("", Find(block));
    }

    [Test]
    [Arguments("f94000", true)] // 2.0 in two bytes
    [Arguments("fa41200000", true)] // 10.0 in four
    [Arguments("fb4059000000000000", true)] // 100.0 in eight
    [Arguments("fbbff0000000000000", true)] // -1.0
    [Arguments("f98000", true)] // -0.0
    [Arguments("f93e00", false)] // 1.5
    [Arguments("fbc000000000000000", false)] // -2.0
    [Arguments("fb4340000000000000", false)] // 2^53
    [Arguments("1bffffffffffffffff", false)]
    [Arguments("f6", false)]
    [Arguments("f7", false)]
    public void Find_SizeOfAnyKind_CountsAsANumberWould(string size, bool isReference)
    {
        byte[] known = Encode(Without("size"));
        byte[] block =
        [
            0xa4, .. known.AsSpan(1), .. "dsize"u8, .. Convert.FromHexString(size),
        ];
        Assert.Equal(isReference ? "a x/y" : "", Find(block));
    }

    [Test]
    public void Find_UnsortedKeys_AreReadAllTheSame()
    {
        byte[] sorted = Encode(Legacy(A));
        byte[] mime = Convert.FromHexString("686d696d6554797065" + "63782f79");
        byte[] unsorted = [0xa2, .. mime, .. sorted.AsSpan(1, sorted.Length - 1 - mime.Length)];
        Assert.Equal("a x/y", Find(unsorted));
    }

    [Test]
    public void Find_CutAnywhere_TellsNothing()
    {
        byte[] block = Encode(("a", Blob(A, "x/y", 1)), ("b", 1));
        Assert.Equal("a x/y", Find(block));
        for (int length = 0; length < block.Length; length++)
        {
            Assert.Equal("", Find(block.AsSpan(0, length)));
        }
    }

    [Test]
    public void Find_DeepestNesting_IsSearched()
    {
        object? value = Blob(A, "x/y", 1);
        for (int i = 1; i < Atproto.Cbor.CborLimits.DepthMax - 1; i++) value = List(value);
        Assert.Equal("a x/y", Find(Encode(("a", value))));
    }

    private static (string, object?)[] Legacy(Cid cid) =>
        Map(("cid", cid.ToString()), ("mimeType", "x/y"));

    private static (string Key, object? Value)[] Without(string key) =>
        [.. Blob(A, "x/y", 1).Where(p => p.Key != key)];

    private static (string Key, object? Value)[] With(string key, object? value) =>
        [.. Without(key), (key, value)];

    private static string Find(ReadOnlySpan<byte> block)
    {
        var sink = new Sink();
        BlobReferences.Find(block, sink);
        return string.Join(',', sink.Found);
    }

    private sealed class Sink : IBlobReferenceSink
    {
        internal List<string> Found { get; } = [];

        public void OnBlobReference(in Cid cid, ReadOnlySpan<byte> mimeType)
        {
            string name = cid == A ? "a" : cid == B ? "b" : cid == Record ? "record" : "?";
            Found.Add($"{name} {Encoding.UTF8.GetString(mimeType)}");
        }
    }
}
