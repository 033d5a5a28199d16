using Atproto.Multiformats;
using Atproto.Syntax;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Index;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Archive;

public sealed class BlobDirectoryTests : IDisposable
{
    private const string DidText = "did:plc:abc";
    private static readonly byte[] Content = "what a picture"u8.ToArray();
    private static readonly Cid BlobCid = Cid.Of(CidCodec.Raw, Content);

    private readonly TempFolder _folder = new();
    private readonly CatalogDatabase _database = CatalogDatabase.Open(":memory:");
    private readonly RepoCatalog _catalog;
    private readonly BlobDirectory _blobs;

    public BlobDirectoryTests()
    {
        _catalog = new RepoCatalog(_database, TimeProvider.System);
        _blobs = new BlobDirectory(_folder.Path, _catalog);
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("did:plc:abc/CID")]
    [InlineData("did_plc_abc/CID")]
    [InlineData("did:plc:abc/SHARD/CID")]
    [InlineData("did_plc_abc/a/b/c/CID")]
    public void Open_WhereverItLies_GivesTheBlob(string layout)
    {
        string cid = BlobCid.ToString();
        _folder.Write(
            layout.Replace("CID", cid, StringComparison.Ordinal)
                .Replace("SHARD", cid[^4..^2], StringComparison.Ordinal),
            Content);

        for (int i = 0; i < 2; i++)
        {
            var file = Open(BlobCid)!.Value;
            using (file.Handle)
            {
                Assert.Equal(Content.Length, file.Length);
                byte[] read = new byte[Content.Length];
                Assert.Equal(Content.Length, RandomAccess.Read(file.Handle, read, 0));
                Assert.Equal(Content, read);
            }
        }
    }

    [Fact]
    public void Open_ManyInShards_FindsEachByTheLearnedPlace()
    {
        var cids = new List<Cid>();
        for (byte i = 0; i < 50; i++)
        {
            byte[] content = [i, 2, 3];
            cids.Add(Cid.Of(CidCodec.Raw, content));
            string name = cids[^1].ToString();
            _folder.Write($"{DidText}/{name[^6..^4]}/{name}", content);
        }

        foreach (var cid in cids)
        {
            var file = Open(cid);
            Assert.NotNull(file);
            file.Value.Handle.Dispose();
        }
    }

    [Fact]
    public void Open_OtherContent_IsNone()
    {
        _folder.Write($"{DidText}/{BlobCid}", "something else"u8);

        Assert.Null(Open(BlobCid));
        Assert.Null(_catalog.FindBlobCheck(_folder.At(DidText, BlobCid.ToString())));
    }

    [Fact]
    public void Open_ChangedAfterItWasChecked_IsHashedAgain()
    {
        string path = _folder.Write($"{DidText}/{BlobCid}", Content);
        Open(BlobCid)!.Value.Handle.Dispose();

        File.WriteAllBytes(path, "what a pictuRe, longer"u8);

        Assert.Null(Open(BlobCid));
    }

    [Fact]
    public void Open_NotThereOrNoFolder_IsNone()
    {
        _folder.Write($"did:plc:other/{BlobCid}", Content);

        Assert.Null(Open(BlobCid));
        Assert.Null(new BlobDirectory(null, _catalog).Open(Parse(DidText), BlobCid));
        Assert.Null(new BlobDirectory(_folder.At("none"), _catalog).Open(Parse(DidText), BlobCid));
    }

    private BlobFile? Open(Cid cid) => _blobs.Open(Parse(DidText), cid);

    private static Did Parse(string text)
    {
        Assert.True(Did.TryParse(text, out var did));
        return did;
    }
}
