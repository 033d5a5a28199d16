using Atproto.Repo;
using PdsReadonly.Archive;
using PdsReadonly.Index;
using PdsReadonly.Tests.Support;
using Samples;

namespace PdsReadonly.Tests.Index;

/// <summary>A repo's CAR verified and indexed, and the index opened.</summary>
internal sealed class IndexedRepo : IDisposable
{
    private readonly TempFolder _folder = new();

    internal IndexedRepo(byte[] car)
    {
        Car = car;
        Path = _folder.At("index.sqlite");
        using var file = CarFile.Open(_folder.Write("a.car", car));
        using var spill = new SpillFile(_folder.Path);
        using var verifier = new RepoVerifier(spill, 1 << 20);
        Assert.Null(verifier.ReadBlocks(file));
        using (var writer = new RepoIndexWriter(Path) { Blocks = verifier.Blocks })
        {
            Assert.Null(verifier.Walk(writer));
            writer.Complete(verifier.Commit!, verifier.Counts, verifier.Blocks);
            Collections = [.. writer.Collections];
        }

        Index = RepoIndex.Open(Path)!;
        Assert.NotNull(Index);
    }

    internal byte[] Car { get; }

    internal string Path { get; }

    internal (string Nsid, long Records)[] Collections { get; }

    internal RepoIndex Index { get; private set; }

    public void Dispose()
    {
        Index.Dispose();
        _folder.Dispose();
    }

    /// <summary>Turns the index into one of the version before, and opens that.</summary>
    internal void MakeOld()
    {
        Index.Dispose();
        OldIndex.Write(Path);
        Index = RepoIndex.Open(Path)!;
    }

    internal byte[] Bytes(BlockLocation location) =>
        Car.AsSpan((int)location.Offset, location.Length).ToArray();

    internal string[] List(string collection, string beyond, bool ascending, int limit)
    {
        var page = new List<RecordRow>();
        Index.ListRecords(
            TestRepos.Ascii(collection), TestRepos.Ascii(beyond), ascending, limit, page);
        return [.. page.Select(row => System.Text.Encoding.ASCII.GetString(row.Rkey))];
    }

    internal string[] ListAll(RecordPosition from, int limit, out RecordPosition next)
    {
        var page = new List<PlacedRecord>();
        next = Index.ListAll(from, limit, page);
        return [.. page.Select(
            row => $"{row.Collection}/{System.Text.Encoding.ASCII.GetString(row.Rkey)}")];
    }

    /// <summary>
    /// A repo of so many records, with keys of every kind; of a hundred of them so many are arrays,
    /// which have no JSON form.
    /// </summary>
    internal static SampleRepo Random(ulong seed, int records, int formless = 0)
    {
        var random = new SampleRandom(seed);
        var paths = new SortedSet<string>(StringComparer.Ordinal);
        while (paths.Count < records)
        {
            string collection = "com.example." + "abcdefgh"[random.Below(1 + random.Below(8))];
            string rkey = random.Below(4) switch
            {
                0 => SampleTid.Of(random.Below(1 << 30)),
                1 => new string((char)('a' + random.Below(26)), 1 + random.Below(512)),
                2 => $"k:{random.Below(1000)}",
                _ => $"{random.Below(100)}~_-.x",
            };
            paths.Add($"{collection}/{rkey}");
        }

        using var key = TestRepos.KeyOf("random");
        // Some records are equal, so that paths share blocks.
        return SampleRepo.Build(TestRepos.DidOf("random"), key, TestRepos.Rev(1), paths.Select(
            path => (path, Record(random, records, formless))));
    }

    private static byte[] Record(SampleRandom random, int records, int formless) =>
        formless > 0 && random.Below(100) < formless
            ? [0x81, (byte)random.Below(20)]
            : SampleRecord.Encode(("n", random.Below(2 * records)));
}
