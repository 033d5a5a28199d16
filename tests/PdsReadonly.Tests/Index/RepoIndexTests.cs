using System.Security.Cryptography;
using Atproto.Multiformats;
using Microsoft.Data.Sqlite;
using PdsReadonly.Index;
using PdsReadonly.Tests.Support;
using Samples;

namespace PdsReadonly.Tests.Index;

public sealed class RepoIndexTests
{
    // Blocks stand 41 to a row and lookups 138: sizes on both sides of the edges.
    public static TheoryData<ulong, int> Repos
    {
        get
        {
            string? given = Environment.GetEnvironmentVariable("PDS_TEST_SEED");
            ulong seed = ulong.TryParse(given, out ulong value) ? value : 20240101;
            var data = new TheoryData<ulong, int>();
            int[] sizes = [0, 1, 2, 20, 30, 31, 32, 33, 34, 35, 100, 105, 110, 115, 1500];
            foreach (int records in sizes)
            {
                data.Add(seed + (ulong)records, records);
            }

            return data;
        }
    }

    [Test]
    [MethodDataSource(nameof(Repos))]
    public void RoundTrip_RandomRepo_AgreesWithTheModel(ulong seed, int records)
    {
        var repo = IndexedRepo.Random(seed, records);
        using var indexed = new IndexedRepo(
            repo.ToCar(CarOrder.Doubled, seed, foreignBlockCount: 50));
        var index = indexed.Index;

        Assert.Equal(repo.CommitCid, index.Head);
        Assert.Equal(repo.Data, index.Data);
        Assert.Equal((uint)repo.Car.Blocks.Count, index.BlockCount);
        Assert.Equal(repo.ToCar().Length, index.ExportBytes);
        for (int i = 0; i < repo.Car.Blocks.Count; i++)
        {
            var (cid, bytes) = repo.Car.Blocks[i];
            var location = index.LocationOf((uint)i);
            Assert.Equal(cid.DigestPrefix, location.DigestPrefix);
            Assert.Equal(bytes, indexed.Bytes(location));
            Assert.True(index.TryFind(cid, out var found));
            Assert.Equal(location, found);
        }

        foreach (var (path, record) in repo.Records)
        {
            string[] parts = path.Split('/');
            uint? ordinal = index.FindRecord(TestRepos.Ascii(parts[0]), TestRepos.Ascii(parts[1]));
            Assert.Equal(record, indexed.Bytes(index.LocationOf(ordinal!.Value)));
            Assert.Null(
                index.FindRecord(TestRepos.Ascii(parts[0]), TestRepos.Ascii(parts[1] + "!")));
            Assert.Null(index.FindRecord("com.example.none"u8, TestRepos.Ascii(parts[1])));
        }

        Assert.Throws<InvalidDataException>(() => index.LocationOf(index.BlockCount));
    }

    [Test]
    [MethodDataSource(nameof(Repos))]
    public void ListRecords_EveryPageSizeAndCursor_AgreesWithTheModel(ulong seed, int records)
    {
        var repo = IndexedRepo.Random(seed, records);
        using var indexed = new IndexedRepo(repo.ToCar());
        var model = repo.Records.Select(r => r.Path.Split('/'))
            .GroupBy(parts => parts[0], parts => parts[1])
            .ToDictionary(
                group => group.Key, group => group.Order(StringComparer.Ordinal).ToArray());

        Assert.Equal(
            model.Keys.Order(StringComparer.Ordinal),
            indexed.Index.ListCollections("", int.MaxValue));
        Assert.Equal(
            model.Select(pair => (pair.Key, (long)pair.Value.Length)).Order(),
            indexed.Collections.Order());
        foreach (var (collection, keys) in model)
        {
            foreach (bool ascending in (bool[])[true, false])
            {
                string[] ordered = ascending ? keys : [.. Enumerable.Reverse(keys)];
                foreach (int limit in (int[])[1, 7, 100])
                {
                    Assert.Equal(ordered, Walk(indexed, collection, ascending, limit));
                }
            }

            // Cursors that are no keys themselves.
            foreach (string key in keys.Take(40))
            {
                string beyond = key + "!";
                Assert.Equal(
                    keys.Where(k => string.CompareOrdinal(k, beyond) > 0).Take(5),
                    indexed.List(collection, beyond, ascending: true, 5));
                Assert.Equal(
                    Enumerable.Reverse(keys)
                        .Where(k => string.CompareOrdinal(k, beyond) < 0).Take(5),
                    indexed.List(collection, beyond, ascending: false, 5));
            }
        }

        Assert.Empty(indexed.List("com.example.none", "", ascending: false, 5));
    }

    [Test]
    [MethodDataSource(nameof(Repos))]
    public void ListRecords_SomeWithoutAForm_ListsTheOthersAndFindsAll(ulong seed, int records)
    {
        foreach (int formless in (int[])[3, 50, 100])
        {
            var repo = IndexedRepo.Random(seed, records, formless);
            using var indexed = new IndexedRepo(repo.ToCar());
            Assert.True(indexed.Index.IsListingFiltered);
            Assert.Equal(records, indexed.Index.RecordCount);
            Assert.Equal(records, indexed.Collections.Sum(row => row.Records));
            foreach (var group in repo.Records.GroupBy(r => r.Path.Split('/')[0]))
            {
                string[] listed =
                    [.. group.Where(r => r.Record[0] >> 5 == 5).Select(r => r.Path.Split('/')[1])];
                foreach (int limit in (int[])[1, 7, 100])
                {
                    Assert.Equal(listed, Walk(indexed, group.Key, ascending: true, limit));
                    Assert.Equal(
                        Enumerable.Reverse(listed),
                        Walk(indexed, group.Key, ascending: false, limit));
                }
            }

            FindsAll(indexed, repo);
        }
    }

    [Test]
    [MethodDataSource(nameof(Repos))]
    public void ListRecords_IndexOfTheVersionBefore_ListsAll(ulong seed, int records)
    {
        var repo = IndexedRepo.Random(seed, records, formless: 30);
        using var indexed = new IndexedRepo(repo.ToCar());
        indexed.MakeOld();

        Assert.False(indexed.Index.IsListingFiltered);
        foreach (var group in repo.Records.GroupBy(r => r.Path.Split('/')[0]))
        {
            Assert.Equal(
                group.Select(r => r.Path.Split('/')[1]),
                Walk(indexed, group.Key, ascending: true, 100));
        }

        FindsAll(indexed, repo);
    }

    [Test]
    public void TryFind_DigestsThatBeginAlike_AreFoundApart()
    {
        var pairs = Alike(count: 100_000);
        Assert.True(pairs.Count > 100);
        // Of every fifth pair, one is in the file only, not in the repo.
        byte[][] inside =
            [.. pairs.SelectMany((pair, i) => i % 5 == 0 ? [pair.First] : Both(pair))];
        var outside =
            pairs.Where((_, i) => i % 5 == 0).Select(p => SampleBlock.Of(p.Second)).ToArray();
        using var key = TestRepos.KeyOf("alice");
        var repo = SampleRepo.Build(TestRepos.DidOf("alice"), key, TestRepos.Rev(1), inside.Select(
            (record, i) => ($"com.example.x/k{i:d4}", record)));
        var car = repo.Car with { Blocks = [.. repo.Car.Blocks, .. outside] };

        using var indexed = new IndexedRepo(car.ToBytes());

        foreach (byte[] record in inside)
        {
            Assert.True(indexed.Index.TryFind(Cid.Of(CidCodec.DagCbor, record), out var location));
            Assert.Equal(record, indexed.Bytes(location));
        }

        foreach (var block in outside) Assert.False(indexed.Index.TryFind(block.Cid, out _));
    }

    [Test]
    public void TryFind_BlocksTheHeadDoesNotLeadTo_AreNotFound()
    {
        var repo = TestRepos.Build("alice", posts: 50);
        byte[] bytes = repo.ToCar(CarOrder.Shuffled, seed: 3, foreignBlockCount: 30);
        using var indexed = new IndexedRepo(bytes);
        var own = repo.Car.Blocks.Select(block => block.Cid).ToHashSet();

        foreach (var block in SampleCar.Read(bytes).Blocks)
        {
            Assert.Equal(own.Contains(block.Cid), indexed.Index.TryFind(block.Cid, out _));
        }
    }

    [Test]
    public void FindBlob_ReferencedAndCarriedAlong_HasItsPlace()
    {
        byte[] carried = "carried along"u8.ToArray();
        byte[] elsewhere = "elsewhere"u8.ToArray();
        byte[] stray = "nobody's"u8.ToArray();
        using var key = TestRepos.KeyOf("alice");
        var repo = SampleRepo.Build(TestRepos.DidOf("alice"), key, TestRepos.Rev(1),
        [
            ("com.example.x/a", TestRepos.Picture(carried, "image/png")),
            ("com.example.x/b", TestRepos.Picture(carried, "image/jpeg")),
            ("com.example.x/c", TestRepos.Picture(elsewhere, "text/plain")),
        ]);
        SampleBlock[] raw =
            [SampleBlock.Of(carried, CidCodec.Raw), SampleBlock.Of(stray, CidCodec.Raw)];
        using var indexed = new IndexedRepo(
            (repo.Car with { Blocks = [.. repo.Car.Blocks, .. raw] }).ToBytes());

        var found = indexed.Index.FindBlob(raw[0].Cid)!.Value;
        Assert.Equal("image/png", found.MimeType);
        Assert.Equal(carried, indexed.Car.AsSpan((int)found.Offset!.Value, found.Length).ToArray());
        var away = indexed.Index.FindBlob(Cid.Of(CidCodec.Raw, elsewhere))!.Value;
        Assert.Equal(("text/plain", null), (away.MimeType, away.Offset));
        Assert.Null(indexed.Index.FindBlob(raw[1].Cid));
        Assert.False(indexed.Index.TryFind(raw[0].Cid, out _));

        string[] listed = [.. (
            (string[])[raw[0].Cid.ToString(), Cid.Of(CidCodec.Raw, elsewhere).ToString()])
            .Order(StringComparer.Ordinal)];
        Assert.Equal(listed, indexed.Index.ListBlobs(default, 10));
        Assert.Equal(listed[1..], indexed.Index.ListBlobs(TestRepos.Ascii(listed[0]), 10));
        Assert.Equal(listed[..1], indexed.Index.ListBlobs(default, 1));
    }

    [Test]
    public void Open_NoIndex_IsNullOrASqliteException()
    {
        using var folder = new TempFolder();
        Assert.Throws<SqliteException>(() => RepoIndex.Open(folder.At("missing")));
        Assert.Throws<SqliteException>(
            () => RepoIndex.Open(
                folder.Write("garbage", new byte[4096].Select((_, i) => (byte)i).ToArray())));
        Assert.Null(RepoIndex.Open(folder.Write("empty", [])));
    }

    [Test]
    public void Open_AnotherVersion_IsNull()
    {
        using var indexed = new IndexedRepo(TestRepos.Build("alice").ToCar());
        using (var database = SqliteDatabase.Create(indexed.Path))
        {
            database.Execute("PRAGMA user_version = 99");
        }

        Assert.Null(RepoIndex.Open(indexed.Path));
    }

    [Test]
    public void Open_NameWithOddCharacters_IsThatFile()
    {
        using var indexed = new IndexedRepo(TestRepos.Build("alice").ToCar());
        using var folder = new TempFolder();
        string odd = folder.At("a%41?b#c d.sqlite");
        File.Copy(indexed.Path, odd);

        using var index = RepoIndex.Open(odd);

        Assert.Equal(indexed.Index.Head, index!.Head);
    }

    // Every statement that gives rows in order must find them in order: a temporary b-tree would
    // hold all rows of a collection for every page.
    [Test]
    public void Statements_OfTheReader_SortNothing()
    {
        using var indexed = new IndexedRepo(TestRepos.Build("alice", posts: 100).ToCar());
        using var database = SqliteDatabase.OpenImmutable(indexed.Path);
        var statements = RepoIndex.Statements.ToArray();
        Assert.NotEmpty(statements);
        foreach (string sql in statements)
        {
            using var plan = database.Prepare("EXPLAIN QUERY PLAN " + sql);
            while (plan.Step())
            {
                string step = System.Text.Encoding.ASCII.GetString(plan.Bytes(3));
                Assert.DoesNotContain("TEMP B-TREE", step, StringComparison.Ordinal);
                Assert.DoesNotMatch("^SCAN (TABLE )?(r|record|block|blob)$", step);
            }
        }
    }

    // By name, by walking over all, and by every position.
    private static void FindsAll(IndexedRepo indexed, SampleRepo repo)
    {
        foreach (var (path, record) in repo.Records)
        {
            string[] parts = path.Split('/');
            uint? ordinal = indexed.Index.FindRecord(
                TestRepos.Ascii(parts[0]), TestRepos.Ascii(parts[1]));
            Assert.Equal(record, indexed.Bytes(indexed.Index.LocationOf(ordinal!.Value)));
        }

        string[] all = [.. repo.Records.Select(r => r.Path)];
        var walked = new List<string>();
        var place = RecordPosition.Start;
        while (place.Index < indexed.Index.RecordCount)
        {
            walked.AddRange(indexed.ListAll(place, 7, out place));
            Assert.Equal(walked.Count, place.Index);
        }

        Assert.Equal(all, walked);
        for (int i = 0; i < all.Length; i += 1 + (all.Length / 200))
        {
            var found = indexed.Index.Seek(i);
            Assert.Equal(i, found.Index);
            Assert.Equal(all.Skip(i).Take(5), indexed.ListAll(found, 5, out _));
        }
    }

    private static string[] Walk(IndexedRepo indexed, string collection, bool ascending, int limit)
    {
        var all = new List<string>();
        while (true)
        {
            string beyond = all.Count == 0 ? "" : all[^1];
            string[] page = indexed.List(collection, beyond, ascending, limit);
            if (page.Length == 0) return [.. all];
            Assert.True(page.Length <= limit);
            all.AddRange(page);
        }
    }

    // Records whose digests share the three bytes that lookups are sorted by: by the birthday
    // paradox some three hundred pairs among a hundred thousand.
    private static List<(byte[] First, byte[] Second)> Alike(int count)
    {
        var byStart = new Dictionary<int, byte[]>();
        var pairs = new List<(byte[], byte[])>();
        Span<byte> digest = stackalloc byte[32];
        for (int i = 0; i < count; i++)
        {
            byte[] record = SampleRecord.Encode(("n", i));
            SHA256.HashData(record, digest);
            int start = (digest[0] << 16) | (digest[1] << 8) | digest[2];
            if (byStart.Remove(start, out byte[]? other)) pairs.Add((other, record));
            else byStart.Add(start, record);
        }

        return pairs;
    }

    private static byte[][] Both((byte[] First, byte[] Second) pair) => [pair.First, pair.Second];
}
