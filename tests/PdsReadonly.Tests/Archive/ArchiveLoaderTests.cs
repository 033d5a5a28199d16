using System.IO.Compression;
using Atproto.Mst;
using Atproto.Multiformats;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Index;
using PdsReadonly.Tests.Support;
using Samples;

namespace PdsReadonly.Tests.Archive;

public sealed class ArchiveLoaderTests : IDisposable
{
    private readonly TestArchive _archive = new();

    public void Dispose() => _archive.Dispose();

    [Test]
    [Arguments(CarOrder.Preorder)]
    [Arguments(CarOrder.Shuffled)]
    [Arguments(CarOrder.Doubled)]
    public void Load_SoundCar_IsServedWithEveryRecord(CarOrder order)
    {
        var repo = TestRepos.Build("alice", posts: 300);
        _archive.WriteCar("a.car", repo.ToCar(order, seed: 7, foreignBlockCount: 9));

        using var run = _archive.Load();

        var entry = run.Find(repo.Did)!;
        Assert.Equal(repo.CommitCid, entry.Head);
        Assert.Equal(SignatureState.Unchecked, entry.Signature);
        Assert.Equal(1, run.Observer.Served);
        using var reader = RepoReader.Open(entry);
        Assert.Equal(repo.ToCar().Length, reader.Index.ExportBytes);
        foreach (var (path, record) in repo.Records)
        {
            string[] parts = path.Split('/');
            uint ordinal = reader.Index.FindRecord(
                TestRepos.Ascii(parts[0]), TestRepos.Ascii(parts[1]))!.Value;
            Assert.Equal(
                ReadStatus.Done,
                reader.Read(reader.Index.LocationOf(ordinal), out var block, out _));
            Assert.Equal(record, block.ToArray());
        }
    }

    [Test]
    public void Load_DataFolderThatFails_WaitsAndIsTriedAgain()
    {
        var repo = TestRepos.Build("alice", posts: 3);
        string path = _archive.WriteCar("a.car", repo.ToCar());
        string indexes = Path.Combine(_archive.Data, "indexes");
        Directory.Delete(indexes);
        using var run = _archive.Load();
        Assert.True(run.Outcome("a.car").IsWaiting);
        Assert.True(run.Loader.IsWaiting);
        Assert.Equal(0, run.Observer.Served);

        Directory.CreateDirectory(indexes);
        _archive.Time.Now += ArchiveLoader.RoomPause;
        run.Loader.Reread(path);
        while (run.Observer.Retried is null)
        {
            Assert.True(run.Observer.Told.Wait(
                TimeSpan.FromMinutes(1), TestRun.Cancellation));
        }

        Assert.Equal((0, 1), run.Observer.Retried);
        Assert.False(run.Loader.IsWaiting);
        Assert.NotNull(run.Find(repo.Did));
    }

    [Test]
    public void Load_RecordUnderTheCodecOfBlobs_KeepsItsCid()
    {
        using var key = TestRepos.KeyOf("alice");
        var usual = SampleBlock.Of(SampleRecord.Encode(("n", 1)));
        var twin = SampleBlock.Of(usual.Bytes, CidCodec.Raw);
        var nodes = new Nodes();
        var builder = new MstBuilder(nodes);
        builder.Add("com.example.x/a"u8, usual.Cid);
        builder.Add("com.example.x/b"u8, twin.Cid);
        var commit = SampleBlock.Of(PreorderRepo.Sign(
            TestRepos.DidOf("alice"), TestRepos.Rev(1), key, builder.Finish()));
        byte[] car =
            new SampleCar([commit.Cid], [commit, .. nodes.Blocks, usual, twin]).ToBytes();
        _archive.WriteCar("a.car", car);

        using var run = _archive.Load();

        using var reader = RepoReader.Open(run.Find(TestRepos.DidOf("alice"))!);
        Assert.Equal(car.Length, reader.Index.ExportBytes);
        foreach (var (rkey, expected) in (((string, SampleBlock)[])[("a", usual), ("b", twin)]))
        {
            uint ordinal = reader.Index.FindRecord("com.example.x"u8, TestRepos.Ascii(rkey))!.Value;
            var location = reader.Index.LocationOf(ordinal);
            Assert.Equal(ReadStatus.Done, reader.Read(location, out var block, out var cid));
            Assert.Equal(expected.Cid, cid);
            Assert.Equal(expected.Bytes, block.ToArray());
            Assert.Equal(ReadStatus.Done, reader.Read(expected.Cid, out block));
            Assert.Equal(expected.Bytes, block.ToArray());
        }
    }

    [Test]
    [Arguments("a.car", "b.car")]
    [Arguments("b.car", "a.car")]
    public void Load_TwoCarsOfOneRepo_HigherRevIsServed(string older, string newer)
    {
        _archive.WriteCar(older, TestRepos.Build("alice", revSecond: 100).ToCar());
        var latest = TestRepos.Build("alice", posts: 9, revSecond: 200);
        string path = _archive.WriteCar(newer, latest.ToCar());

        using var run = _archive.Load();

        Assert.Equal(latest.CommitCid, run.Find(latest.Did)!.Head);
        Assert.Equal(path, run.Find(latest.Did)!.SourcePath);
        using var next = _archive.Load();
        Assert.Equal(latest.CommitCid, next.Find(latest.Did)!.Head);
        Assert.Single(_archive.DataFiles("indexes"));
    }

    [Test]
    public void Load_SameRevOtherHead_IsAConflictAndTheFirstStays()
    {
        _archive.WriteCar("a.car", TestRepos.Build("alice", posts: 1).ToCar());
        using (_archive.Load())
        {
        }

        _archive.WriteCar("b.car", TestRepos.Build("alice", posts: 2).ToCar());
        using var run = _archive.Load();

        Assert.Equal(PublishVerdict.RevConflict, run.Outcome("b.car").Verdict);
        Assert.StartsWith("RevConflict: ", run.Outcome("b.car").Fault, StringComparison.Ordinal);
        Assert.Equal("a.car", Path.GetFileName(run.Find(TestRepos.DidOf("alice"))!.SourcePath));
    }

    [Test]
    public void Load_RevAheadOfTheClock_NeverReplacesAHead()
    {
        var now = _archive.Time.Now;
        _archive.WriteCar("a.car", TestRepos.Build("alice").ToCar());
        using (_archive.Load())
        {
        }

        string rev = SampleTid.Of(now.AddHours(1).ToUnixTimeMilliseconds() * 1000);
        _archive.WriteCar("b.car", TestRepos.Build("alice", posts: 2, rev: rev).ToCar());
        _archive.WriteCar("c.car", TestRepos.Build("carol", rev: rev).ToCar());
        using var run = _archive.Load();

        Assert.Equal(PublishVerdict.RevInFuture, run.Outcome("b.car").Verdict);
        Assert.Equal("a.car", Path.GetFileName(run.Find(TestRepos.DidOf("alice"))!.SourcePath));
        Assert.Equal(PublishVerdict.Published, run.Outcome("c.car").Verdict);
        Assert.Equal("rev lies in the future", run.Outcome("c.car").Warning);
    }

    [Test]
    public void Load_ClockAt1970_ServesAllTheSame()
    {
        _archive.Time.Now = DateTimeOffset.UnixEpoch;
        _archive.WriteCar("a.car", TestRepos.Build("alice", revSecond: 1).ToCar());
        var latest = TestRepos.Build("alice", revSecond: 2);
        _archive.WriteCar("b.car", latest.ToCar());

        using (var run = _archive.Load())
        {
            Assert.Equal(latest.CommitCid, run.Find(latest.Did)!.Head);
            Assert.Null(run.Outcome("b.car").Warning);
        }

        using var again = _archive.Load();
        Assert.Equal(latest.CommitCid, again.Find(latest.Did)!.Head);
    }

    [Test]
    public void Load_SecondStart_ReadsNothingAgain()
    {
        var repo = TestRepos.Build("alice");
        _archive.WriteCar("a.car", repo.ToCar());
        byte[] spoilt = TestRepos.Build("bob").ToCar();
        spoilt[^1] ^= 1;
        _archive.WriteCar("b.car", spoilt);
        long firstSeen;
        using (var first = _archive.Load())
        {
            Assert.Equal(2, first.Observer.Files);
            firstSeen = first.Find(repo.Did)!.FirstSeen;
        }

        _archive.Time.Now += TimeSpan.FromDays(1);
        using var run = _archive.Load();

        Assert.Equal((0, 2), (run.Observer.Files, run.Observer.Unchanged));
        Assert.Equal(repo.CommitCid, run.Find(repo.Did)!.Head);
        Assert.Equal(firstSeen, run.Find(repo.Did)!.FirstSeen);
        Assert.StartsWith("CidMismatch ", run.Outcome("b.car").Fault, StringComparison.Ordinal);
    }

    [Test]
    public void Load_FileReplacedByNewRev_IsServedAndTheOldIndexGoneByTheNextStart()
    {
        _archive.WriteCar("a.car", TestRepos.Build("alice", revSecond: 1).ToCar());
        using (_archive.Load())
        {
        }

        var repo = TestRepos.Build("alice", posts: 9, revSecond: 2);
        _archive.WriteCar("a.car", repo.ToCar());
        _archive.Time.Now += TimeSpan.FromMinutes(1);
        using var run = _archive.Load();

        Assert.Equal(repo.CommitCid, run.Find(repo.Did)!.Head);
        using var next = _archive.Load();
        Assert.Equal(repo.CommitCid, next.Find(repo.Did)!.Head);
        Assert.Single(_archive.DataFiles("indexes"));
    }

    [Test]
    public void Load_FileBecameBad_RepoIsNoLongerServed()
    {
        var repo = TestRepos.Build("alice");
        string path = _archive.WriteCar("a.car", repo.ToCar());
        using (_archive.Load())
        {
        }

        File.WriteAllBytes(path, repo.ToCar().AsSpan(0, 100).ToArray());
        using var run = _archive.Load();

        Assert.StartsWith("UnexpectedEnd ", run.Outcome("a.car").Fault, StringComparison.Ordinal);
        Assert.Null(run.Find(repo.Did));
    }

    [Test]
    public void Load_LaterRevTakenAway_EarlierIsServedAgain()
    {
        var earlier = TestRepos.Build("alice", revSecond: 1);
        _archive.WriteCar("a.car", earlier.ToCar());
        string later = _archive.WriteCar(
            "b.car", TestRepos.Build("alice", posts: 9, revSecond: 2).ToCar());
        using (_archive.Load())
        {
        }

        File.Delete(later);
        using var run = _archive.Load();

        Assert.Equal(earlier.CommitCid, run.Find(earlier.Did)!.Head);
    }

    [Test]
    public void Load_SidecarAdded_ChangesHandleAndSignature()
    {
        var repo = TestRepos.Build("alice");
        _archive.WriteCar("a.car", repo.ToCar());
        using (_archive.Load())
        {
        }

        File.WriteAllBytes(
            Path.Combine(_archive.Cars, "a.did.json"), TestRepos.Document("alice", "alice.test"));
        _archive.Time.Now += TimeSpan.FromMinutes(1);
        using var run = _archive.Load();

        Assert.Equal("alice.test", run.Find(repo.Did)!.Handle.ToString());
        Assert.Equal(SignatureState.Valid, run.Find(repo.Did)!.Signature);
        Assert.True(run.Find(repo.Did)!.HasDocument);
    }

    [Test]
    [Arguments(SignaturePolicy.Historical, "SignatureKeyMismatch")]
    [Arguments(SignaturePolicy.Require, "SignatureKeyMismatch")]
    [Arguments(SignaturePolicy.Any, null)]
    public void Load_KeyOfAnother_IsRefusedUnlessAnyWillDo(object policy, string? fault)
    {
        _archive.Signatures = (SignaturePolicy)policy;
        var repo = TestRepos.Build("alice");
        _archive.WriteCar("a.car", repo.ToCar());
        using var other = TestRepos.KeyOf("bob");
        _archive.WriteCar(
            "a.did.json", SampleIdentity.Document(repo.Did, "a.test", other, "https://a"));

        using var run = _archive.Load();

        Assert.Equal(fault, run.Outcome("a.car").Fault?.Split(':')[0]);
        Assert.Equal(fault is null ? SignatureState.Mismatch : null, run.Find(repo.Did)?.Signature);
    }

    [Test]
    public void Load_PackedCarReplaced_LeavesOneUnpackedForm()
    {
        WritePacked("a.car.gz", TestRepos.Build("alice", revSecond: 1));
        WritePacked("b.car.gz", TestRepos.Build("bob"));
        using (_archive.Load())
        {
        }

        var repo = TestRepos.Build("alice", revSecond: 2);
        WritePacked("a.car.gz", repo);
        File.Delete(Path.Combine(_archive.Cars, "b.car.gz"));
        using var run = _archive.Load();

        Assert.Equal(repo.CommitCid, run.Find(repo.Did)!.Head);
        using var next = _archive.Load();
        Assert.Contains(
            Path.GetFileName(next.Find(repo.Did)!.CarPath), _archive.DataFiles("unpacked"));
        Assert.Equal(2, _archive.DataFiles("unpacked").Length);
    }

    [Test]
    public void Load_PackedCar_IsServedFromItsUnpackedForm()
    {
        var repo = TestRepos.Build("alice");
        WritePacked("a.car.gz", repo);
        using (var run = _archive.Load())
        {
            var entry = run.Find(repo.Did)!;
            Assert.Equal("a.car.gz", Path.GetFileName(entry.SourcePath));
            Assert.Equal(repo.ToCar(), File.ReadAllBytes(entry.CarPath));
        }

        using var again = _archive.Load();
        Assert.Equal(0, again.Observer.Files);
        Assert.NotNull(again.Find(repo.Did));
    }

    [Test]
    public void Load_LeftoversOfAKilledRun_AreDeleted()
    {
        _archive.WriteCar("a.car", TestRepos.Build("alice").ToCar());
        File.WriteAllBytes(Path.Combine(_archive.Data, "indexes", "old.sqlite.tmp"), [1]);
        File.WriteAllBytes(Path.Combine(_archive.Data, "indexes", "old.sqlite"), [1]);
        File.WriteAllBytes(Path.Combine(_archive.Data, "unpacked", "x.car.tmp"), [1]);

        using var run = _archive.Load();

        Assert.Equal(
            Path.GetFileName(run.Find(TestRepos.DidOf("alice"))!.IndexPath),
            Assert.Single(_archive.DataFiles("indexes")));
        Assert.Empty(_archive.DataFiles("unpacked"));
    }

    [Test]
    public void Load_FileHoldsAnotherRepoNow_TheFirstIsGoneAlsoAfterARestart()
    {
        var first = TestRepos.Build("alice");
        var second = TestRepos.Build("bob");
        _archive.WriteCar("a.car", first.ToCar());
        using (_archive.Load())
        {
        }

        _archive.WriteCar("a.car", second.ToCar());
        for (int start = 0; start < 2; start++)
        {
            using var run = _archive.Load();
            Assert.Null(run.Find(first.Did));
            Assert.Equal(second.CommitCid, run.Find(second.Did)!.Head);
        }
    }

    [Test]
    public void Load_ConflictingFileStandsAloneLater_IsServed()
    {
        var one = TestRepos.Build("alice", posts: 3);
        var other = TestRepos.Build("alice", posts: 4);
        string path = _archive.WriteCar("a.car", one.ToCar());
        string otherPath = _archive.WriteCar("b.car", other.ToCar());
        string winner;
        using (var run = _archive.Load()) winner = run.Find(one.Did)!.SourcePath;

        File.Delete(winner);
        using var later = _archive.Load();

        Assert.Equal(winner == path ? otherPath : path, later.Find(one.Did)!.SourcePath);
    }

    [Test]
    [Arguments("a.car", "b.car")]
    [Arguments("b.car", "a.car")]
    public void Load_RevAheadOfTheClock_LosesInWhateverOrder(string honest, string ahead)
    {
        var now = TestRepos.Build("alice");
        string future = SampleTid.Of(
            (_archive.Time.GetUtcNow().ToUnixTimeMilliseconds() + 3_600_000) * 1000);
        _archive.WriteCar(honest, now.ToCar());
        _archive.WriteCar(ahead, TestRepos.Build("alice", posts: 7, rev: future).ToCar());

        using var run = _archive.Load();

        Assert.Equal(now.CommitCid, run.Find(now.Did)!.Head);
    }

    [Test]
    public void Load_StricterPolicyLater_JudgesAnew()
    {
        var repo = TestRepos.Build("alice");
        _archive.WriteCar("a.car", repo.ToCar());
        using (var run = _archive.Load()) Assert.NotNull(run.Find(repo.Did));

        _archive.Signatures = SignaturePolicy.Require;
        using var stricter = _archive.Load();

        Assert.Null(stricter.Find(repo.Did));
        Assert.StartsWith("SignatureUnchecked", stricter.Outcome("a.car").Fault);
    }

    [Test]
    public void Load_MoreCollectionsThanAllowed_IsRefused()
    {
        byte[] record = SampleRecord.Encode(("n", "x"));
        var records = Enumerable.Range(0, RepoIndexWriter.CollectionsMax + 1)
            .Select(i => ($"com.example.c{i:x}/self", record)).ToList();
        using var key = TestRepos.KeyOf("alice");
        var repo = SampleRepo.Build(TestRepos.DidOf("alice"), key, TestRepos.Rev(1), records);
        _archive.WriteCar("a.car", repo.ToCar());

        using var run = _archive.Load();

        Assert.Null(run.Find(repo.Did));
        Assert.StartsWith("TooManyCollections", run.Outcome("a.car").Fault);
    }

    [Test]
    public void Reread_AskedAgainAndAgain_ReadsOnceInFiveSeconds()
    {
        string path = _archive.WriteCar("a.car", TestRepos.Build("alice").ToCar());
        using var run = _archive.Load();
        Assert.True(run.Observer.Told.Wait(0, CancellationToken.None));

        for (int i = 0; i < 100; i++) run.Loader.Reread(path);
        Assert.True(run.Observer.Told.Wait(TimeSpan.FromMinutes(1), CancellationToken.None));
        bool told = false;
        // The pause begins after the outcome was told, at the time it is then.
        for (int i = 0; i < 600 && !told; i++)
        {
            _archive.Time.Now += TimeSpan.FromSeconds(6);
            run.Loader.Reread(path);
            told = run.Observer.Told.Wait(TimeSpan.FromMilliseconds(100), CancellationToken.None);
        }

        Assert.Equal(3, run.Observer.Outcomes.Length);
    }

    private sealed class Nodes : IMstNodeSink
    {
        internal List<SampleBlock> Blocks { get; } = [];

        public void Add(in Cid cid, int layer, long firstKey, ReadOnlySpan<byte> block) =>
            Blocks.Add(new SampleBlock(cid, block.ToArray()));
    }

    private void WritePacked(string name, SampleRepo repo)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(repo.ToCar());
        }
        _archive.WriteCar(name, packed.ToArray());
    }
}
