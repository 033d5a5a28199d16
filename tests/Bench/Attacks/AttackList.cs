using System.Text;
using Atproto.Multiformats;
using Bench.Http;

namespace Bench.Attacks;

/// <summary>Every attack, by name.</summary>
internal sealed class AttackList(BenchOptions options, AttackArchive archive)
{
    private const int Crowd = 16;
    private const int Busy = 64;
    private const int UrlBytesMax = 16 << 10;
    private const string Xrpc = "/xrpc/com.atproto.";
    private const string Gzip = "Accept-Encoding: gzip\r\n";

    private TimeSpan Time => TimeSpan.FromSeconds(options.Quick ? 2 : 10);

    private TimeSpan Hold => TimeSpan.FromSeconds(options.Quick ? 4 : 15);

    private int Scale => options.Quick ? 10 : 1;

    internal IEnumerable<Attack> All() =>
    [
        .. Poison(), .. Blocks(), .. BlobAttacks(), .. DescribeAttacks(), .. Readers(), Streams(),
        .. BusyOnes(), .. InCgroup(),
    ];

    /// <summary>What takes long, each by name.</summary>
    internal IEnumerable<(string Name, byte[] Request)> LongRequests() =>
    [
        ("getBlocks", Askers.Request(SameBlock())),
        ("getBlocks, HEAD", Askers.Request(SameBlock(), "HEAD")),
        ("describeRepo", Askers.Request(Describe(archive.WideDid))),
        ("describeRepo, packed", Askers.Request(Describe(archive.WideDid), headers: Gzip)),
        ("listRecords, packed", Askers.Request(
            Page(archive.PagesDid, "com.example.article"), headers: Gzip)),
        ("listRecords of 8 MB", Askers.Request(Page(archive.BigDid, "com.example.big"))),
        ("a blob that is missing", Askers.Request(Blob(archive.MissingBlob))),
        ("getRepo", Askers.Request(HttpArchive.ExportPath(archive.HonestDid))),
    ];

    private IEnumerable<Attack> Poison()
    {
        var limit = TimeSpan.FromSeconds(options.Quick ? 10 : 60);
        Attack Of(string name, string car, string did)
        {
            byte[] request = Askers.Request(Page(did, "com.example.poison"));
            return new Attack(
                name, "four listRecords over one record without a JSON form under many keys", car,
                server => new Askers(server, 4, [request], limit, each: 1))
            {
                Before = [RawConnection.Get($"{Xrpc}repo.describeRepo?repo={did}")],
            };
        }

        yield return Of("poison-200", archive.Poison200, archive.PoisonDid);
        yield return Of("poison-5000", archive.Poison5000, archive.PoisonManyDid);
    }

    private IEnumerable<Attack> Blocks()
    {
        string path = SameBlock();
        Attack Of(string name, string what, int clients, byte[] request) => new(
            $"blocks-{name}", $"getBlocks that names one block of 8 MB again and again, {what}",
            archive.Big, server => new Askers(server, clients, [request], Time));
        byte[] get = Askers.Request(path);
        yield return Of("get", "GET", 1, get);
        yield return Of("head", "HEAD", 1, Askers.Request(path, "HEAD"));
        yield return Of("304", "If-None-Match", 1, Askers.Request(
            path, headers: "If-None-Match: *\r\n"));
        yield return Of("crowd", $"HEAD by {Crowd} clients", Crowd, Askers.Request(path, "HEAD"));
    }

    private string SameBlock()
    {
        var path = new StringBuilder($"{Xrpc}sync.getBlocks?did={archive.BigDid}");
        string more = $"&cids={archive.BigRecord}";
        while (path.Length + more.Length <= UrlBytesMax) path.Append(more);
        return path.ToString();
    }

    private IEnumerable<Attack> BlobAttacks()
    {
        byte[] range = Askers.Request(Blob(archive.BlobInCar), headers: "Range: bytes=0-0\r\n");
        byte[] missing = Askers.Request(Blob(archive.MissingBlob));
        yield return new Attack(
            "blob-range", $"one byte of a blob of 8 MB in a CAR, {Crowd} clients", archive.Big,
            server => new Askers(server, Crowd, [range], Time));
        yield return new Attack(
            "blob-missing", $"a blob that is not there among 4,026 folders, {Crowd} clients",
            archive.Big, server => new Askers(server, Crowd, [missing], Time));
    }

    private IEnumerable<Attack> DescribeAttacks()
    {
        string path = Describe(archive.WideDid);
        Attack Of(string name, byte[] request) => new(
            $"describe-{name}", $"describeRepo of 60,000 collections, {name}, {Crowd} clients",
            archive.Wide, server => new Askers(server, Crowd, [request], Time));
        yield return Of("get", Askers.Request(path));
        yield return Of("head", Askers.Request(path, "HEAD"));
        yield return Of("gzip", Askers.Request(path, headers: Gzip));
        byte[] page = Askers.Request(
            Page(archive.PagesDid, "com.example.article"), headers: Gzip);
        yield return new Attack(
            "gzip-pages", $"pages of 1 MB, packed, {Crowd} clients", archive.Pages,
            server => new Askers(server, Crowd, [page], Time));
    }

    private IEnumerable<Attack> Readers()
    {
        yield return PageReaders("readers-pages");
        yield return RecordReaders("readers-record");
        byte[] list = RawConnection.Get(Page(archive.BigDid, "com.example.big"));
        yield return new Attack(
            "readers-list", "slow readers of listRecords with one record of 8 MB", archive.Big,
            server => new SlowReaders(server, 200 / Scale, list, Hold))
        {
            SecondsAfter = 40,
        };
    }

    private Attack PageReaders(string name)
    {
        byte[] page = RawConnection.Get(Page(archive.PagesDid, "com.example.article"));
        return new Attack(
            name, "slow readers of pages of 1 MB", archive.Pages,
            server => new SlowReaders(server, 1_020 / Scale, page, Hold))
        {
            SecondsAfter = 40,
        };
    }

    private Attack RecordReaders(string name)
    {
        byte[] record = RawConnection.Get(
            HttpArchive.RecordPath(archive.BigDid, "com.example.big/big"));
        return new Attack(
            name, "slow readers of one record of 8 MB", archive.Big,
            server => new SlowReaders(server, 200 / Scale, record, Hold))
        {
            SecondsAfter = 40,
        };
    }

    private Attack Streams()
    {
        // More than a server has room for by default, each address below its own limit.
        byte[] record = RawConnection.Get(archive.RecordPaths.First());
        return new Attack(
            "streams", "silent event streams", null,
            server => new SilentStreams(
                server, 10_000 / Scale, record, Hold, TimeSpan.FromSeconds(30)));
    }

    private IEnumerable<Attack> BusyOnes()
    {
        Attack Of(string name, string what, IEnumerable<string> paths)
        {
            byte[][] requests = [.. paths.Select(path => Askers.Request(path))];
            return new Attack(
                $"busy-{name}", $"{Busy} clients that ask for {what}", null,
                server => new Askers(server, Busy, requests, Time));
        }

        yield return Of("proofs", "proofs", archive.ProofPaths);
        yield return Of("exports", "exports", [HttpArchive.ExportPath(archive.HonestDid)]);
        byte[][] pages = [.. archive.HonestPages.Select(path => Askers.Request(path))];
        yield return new Attack(
            "busy-cold", $"{Busy} clients that ask for pages that are on the disk alone", null,
            server => new WithColdFile(
                archive.Honest, new Askers(server, Busy, pages, Time)));
    }

    private IEnumerable<Attack> InCgroup() =>
    [
        PageReaders("cgroup-pages") with { InCgroup = true },
        RecordReaders("cgroup-record") with { InCgroup = true },
        ManyReaders("cgroup-letters", "com.example.letter", 1) with { InCgroup = true },
        ManyReaders("cgroup-pipelined", "com.example.note", 300) with { InCgroup = true },
    ];

    private Attack ManyReaders(string name, string collection, int each)
    {
        byte[] page = RawConnection.Get(Page(archive.PagesDid, collection));
        byte[] requests = [.. Enumerable.Repeat(page, each).SelectMany(request => request)];
        return new Attack(
            name, $"slow readers of 40 addresses, each with {each} requests at once", archive.Pages,
            server => new SlowReaders(server, 3_000 / Scale, requests, Hold, 75))
        {
            SecondsAfter = 40,
        };
    }

    private static string Page(string did, string collection) =>
        $"{Xrpc}repo.listRecords?repo={did}&collection={collection}&limit=100";

    private static string Describe(string did) => $"{Xrpc}repo.describeRepo?repo={did}";

    private string Blob(Cid cid) => $"{Xrpc}sync.getBlob?did={archive.BigDid}&cid={cid}";
}
