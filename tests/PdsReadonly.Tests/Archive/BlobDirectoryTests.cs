using Atproto.Multiformats;
using Atproto.Syntax;
using Http.Work;
using Microsoft.Extensions.Logging;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Index;
using PdsReadonly.Platform;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Archive;

public sealed class BlobDirectoryTests : IDisposable, ILogger<BlobDirectory>
{
    // How long a test waits for a thread; it is done as soon as that is.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private const string DidText = "did:plc:abc";
    private static readonly byte[] Content = "what a picture"u8.ToArray();
    private static readonly Cid BlobCid = Cid.Of(CidCodec.Raw, Content);

    private readonly TempFolder _folder = new();
    private readonly CatalogDatabase _database = CatalogDatabase.Open(":memory:");
    private readonly RepoCatalog _catalog;
    private readonly BlobDirectory _blobs;

    // Far from any file's times: all of them have settled.
    private readonly FakeTime _time = new(DateTimeOffset.UnixEpoch);
    private readonly List<string> _logged = [];

    public BlobDirectoryTests()
    {
        _catalog = new RepoCatalog(_database, TimeProvider.System);
        _blobs = New(_folder.Path);
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    [Test]
    [Arguments("did:plc:abc/CID")]
    [Arguments("did_plc_abc/CID")]
    [Arguments("did:plc:abc/SHARD/CID")]
    [Arguments("did_plc_abc/a/b/c/CID")]
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

    [Test]
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

    [Test]
    public void Open_OtherContent_IsNone()
    {
        _folder.Write($"{DidText}/{BlobCid}", "something else"u8);

        Assert.Null(Open(BlobCid));
        Assert.Null(_catalog.FindBlobCheck(_folder.At(DidText, BlobCid.ToString())));
    }

    [Test]
    public void Open_ChangedAfterItWasChecked_IsHashedAgain()
    {
        string path = _folder.Write($"{DidText}/{BlobCid}", Content);
        Open(BlobCid)!.Value.Handle.Dispose();

        File.WriteAllBytes(path, "what a pictuRe, longer"u8);

        Assert.Null(Open(BlobCid));
    }

    [Test]
    public void Open_NotThereOrNoFolder_IsNone()
    {
        _folder.Write($"did:plc:other/{BlobCid}", Content);

        Assert.Null(Open(BlobCid));
        Assert.Equal(
            BlobSearch.Missing, New(null).Open(Parse(DidText), BlobCid, new Turn(), out _));
        var none = New(_folder.At("none"));
        Assert.Equal(BlobSearch.Missing, none.Open(Parse(DidText), BlobCid, new Turn(), out _));
    }

    [Test]
    public void Open_AddedWhereOthersLie_IsFoundAtOnce()
    {
        Assert.Null(Open(BlobCid));
        _folder.Write($"{DidText}/{BlobCid}", Content);

        var file = Open(BlobCid)!.Value;
        file.Handle.Dispose();
        Assert.Equal(Content.Length, file.Length);
    }

    [Test]
    public void Open_AddedDeeper_IsFoundWhenTheFoldersAreLookedThroughAgain()
    {
        _folder.Write($"{DidText}/a/{Cid.Of(CidCodec.Raw, [1])}", [1]);
        Assert.Null(Open(BlobCid));
        _folder.Write($"{DidText}/odd/place/{BlobCid}", Content);

        _time.Now += BlobFolders.AgeMin;

        BlobFile? found = null;
        Assert.True(SpinWait.SpinUntil(() => (found = Open(BlobCid)) is not null, s_patience));
        found!.Value.Handle.Dispose();
    }

    [Test]
    public void Open_DamagedInOnePlace_IsFoundInAnother()
    {
        _folder.Write($"{DidText}/{BlobCid}", "cut o"u8);
        string whole = _folder.Write($"did_plc_abc/a/b/{BlobCid}", Content);

        var file = Open(BlobCid)!.Value;
        file.Handle.Dispose();
        Assert.Equal(whole, file.Path);
    }

    [Test]
    public void Open_Damaged_IsReportedOnceAndReadOnce()
    {
        string path = _folder.Write($"{DidText}/{BlobCid}", "cut o"u8);
        for (int i = 0; i < 3; i++)
        {
            var outcome = _blobs.Open(Parse(DidText), BlobCid, new Turn(), out _);
            Assert.Equal(BlobSearch.Wrong, outcome);
        }

        Assert.Equal(
            $"{path} is not served: its content does not hash to its CID (1 such files so far)",
            Assert.Single(_logged));
        Assert.Equal(1, _blobs.Faults.Wrong);

        // The file that takes its place is another.
        File.WriteAllBytes(path, Content);
        Open(BlobCid)!.Value.Handle.Dispose();
    }

    [Test]
    public void Open_DamagedAndJustWritten_IsReadAgain()
    {
        string path = _folder.Write($"{DidText}/{BlobCid}", Content.Reverse().ToArray());
        var stat = FileStat.Of(path)!.Value;
        _time.Now = DateTimeOffset.FromUnixTimeMilliseconds(
            stat.ModifiedNanoseconds / 1_000_000);
        Assert.Null(Open(BlobCid));

        // Whatever the grain of the clock.
        File.WriteAllBytes(path, Content);
        File.SetLastWriteTimeUtc(
            path, DateTime.UnixEpoch.AddTicks(stat.ModifiedNanoseconds / 100));

        Open(BlobCid)!.Value.Handle.Dispose();
    }

    [Test]
    public void Open_Folder_IsReportedAsOne()
    {
        Directory.CreateDirectory(_folder.At(DidText, BlobCid.ToString()));

        Assert.Null(Open(BlobCid));
        Assert.Contains("not a regular file", Assert.Single(_logged), StringComparison.Ordinal);
    }

    [Test]
    public void Open_FileOfManySteps_GoesOnInTheNextTurn()
    {
        byte[] large = new byte[(5 * BlobCheck.StepBytes) + 1];
        var cid = Cid.Of(CidCodec.Raw, large);
        _folder.Write($"{DidText}/{cid}", large);
        int turns = 0;
        BlobSearch outcome;
        do
        {
            turns++;
            outcome = _blobs.Open(Parse(DidText), cid, new Turn(), out var file);
            if (outcome == BlobSearch.Found) file.Handle.Dispose();
        }
        while (outcome == BlobSearch.TurnOver);

        Assert.Equal(BlobSearch.Found, outcome);
        Assert.Equal(3, turns);
    }

    [Test]
    public void OpenInCar_PartThatHashes_IsThatPart()
    {
        string car = _folder.Write("a.car", [1, 2, .. Content, 3]);

        var found = _blobs.OpenInCar(car, 2, Content.Length, BlobCid, new Turn(), out var file);
        Assert.Equal(BlobSearch.Found, found);
        file.Handle.Dispose();
        Assert.Equal((2, Content.Length), (file.Offset, file.Length));
        Assert.Equal(
            BlobSearch.Wrong, _blobs.OpenInCar(car, 1, Content.Length, BlobCid, new Turn(), out _));
        Assert.Equal(
            BlobSearch.Wrong, _blobs.OpenInCar(car, 4, Content.Length, BlobCid, new Turn(), out _));
    }

    [Test]
    public void TryOpenKnown_CarThatHasChanged_IsNotKnown()
    {
        string car = _folder.Write("a.car", [1, 2, .. Content, 3]);
        var found = _blobs.OpenInCar(car, 2, Content.Length, BlobCid, new Turn(), out var file);
        Assert.Equal(BlobSearch.Found, found);
        file.Handle.Dispose();
        var row = new BlobRow("image/png", 2, Content.Length);
        _blobs.Know(BlobCid, BlobCid, row, file);
        Assert.True(_blobs.TryOpenKnown(BlobCid, BlobCid, out var again, out var known));
        again.Handle.Dispose();
        Assert.Equal((row, 2, Content.Length), (known, again.Offset, again.Length));

        File.WriteAllBytes(car, [1, 2, .. Content.Reverse(), 3]);
        File.SetLastWriteTimeUtc(car, DateTime.UnixEpoch);

        Assert.False(_blobs.TryOpenKnown(BlobCid, BlobCid, out _, out _));
    }

    [Test]
    public void ReportMissing_SeveralTimes_LogsEachBlobOnce()
    {
        var did = Parse(DidText);
        for (int i = 0; i < 3; i++) _blobs.Faults.ReportMissing(did, BlobCid);
        _blobs.Faults.ReportMissing(did, Cid.Of(CidCodec.Raw, [1]));

        Assert.Equal(2, _logged.Count);
        Assert.Equal(2, _blobs.Faults.Missing);
        Assert.Contains(DidText, _logged[0], StringComparison.Ordinal);
    }

    private BlobFile? Open(Cid cid)
    {
        var outcome = _blobs.Open(Parse(DidText), cid, new Turn(), out var file);
        Assert.NotEqual(BlobSearch.Later, outcome);
        return outcome == BlobSearch.Found ? file : null;
    }

    private BlobDirectory New(string? root) => new(root, _catalog, _time, this, s_patience);

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) => _logged.Add(formatter(state, exception));

    private static Did Parse(string text)
    {
        Assert.True(Did.TryParse(text, out var did));
        return did;
    }
}
