using System.Text;
using System.Text.Json;
using Atproto.Cbor;
using Atproto.Multiformats;
using Microsoft.Extensions.Logging.Abstractions;
using PdsReadonly.Server;
using PdsReadonly.Tests.Server;
using PdsReadonly.Tests.Support;
using PdsReadonly.Web;
using Samples;

namespace PdsReadonly.Tests.Xrpc;

/// <summary>
/// Answers about repos made to be costly: each has a bound, and says all the same what it has to.
/// </summary>
public sealed class BoundedAnswerTests : IDisposable
{
    private const string Name = "costly";
    private const string Collection = "com.example.large";

    private readonly TestArchive _archive = new();

    public void Dispose() => _archive.Dispose();

    [Test]
    [Arguments(33_000)] // longer than what is written at once
    [Arguments(65_472)] // the longest that is read whole
    [Arguments(65_473)]
    [Arguments(500_000)]
    [Arguments(2_000_000)]
    [Arguments(7_900_000)] // more than a turn may read
    public void GetRecord_LargeRecord_IsItsJson(int textBytes)
    {
        byte[] record = Record(textBytes);
        using var run = Load([($"{Collection}/a", record)]);
        var answer = Ask(
            run, $"com.atproto.repo.getRecord?repo={Did}&collection={Collection}&rkey=a");
        Assert.Equal(200, answer.Status);
        string cid = Cid.Of(CidCodec.DagCbor, record).ToString();
        string uri = $"at://{Did}/{Collection}/a";
        Assert.Equal(
            $$"""{"uri":"{{uri}}","cid":"{{cid}}","value":{{Json(record)}}}""", answer.Body);
    }

    [Test]
    public void ListRecords_LargeRecordsAmongSmall_HavePagesOfTheirOwn()
    {
        byte[] small = Record(10);
        byte[] large = Record(300_000);
        using var run = Load(
        [
            ($"{Collection}/a", small), ($"{Collection}/b", large), ($"{Collection}/c", small),
            ($"{Collection}/d", large), ($"{Collection}/e", large), ($"{Collection}/f", small),
        ]);
        foreach (bool reverse in (bool[])[false, true])
        {
            string[] pages = ["f", "e", "d", "c", "b", "a", ""];
            if (reverse) pages = ["a", "b", "c", "d", "e", "f", ""];
            Assert.Equal(pages, Pages(run, reverse));
        }
    }

    [Test]
    public void ListRecords_RecordBeyondATurn_IsAPage()
    {
        using var run = Load([($"{Collection}/a", Record(7_900_001))]);
        Assert.Equal(["a", ""], Pages(run, reverse: true));
    }

    [Test]
    public void ListRecords_ManyBytes_EndsEarlyWithItsCursor()
    {
        byte[] record = Record(20_000);
        using var run = Load([.. Enumerable.Range(0, 40).Select(
            i => ($"{Collection}/{i:d2}", record))]);
        var pages = Pages(run, reverse: true);
        Assert.Equal("", pages[^1]);
        Assert.Equal(
            Enumerable.Range(0, 40).Select(i => $"{i:d2}"),
            pages.SelectMany(page => page.Split(',', StringSplitOptions.RemoveEmptyEntries)));
        Assert.True(pages.Count > 3, "pages are no longer than a quarter of a megabyte");
    }

    [Test]
    public void GetBlocks_OneCidManyTimes_IsSentOnce()
    {
        byte[] record = Record(100_000);
        using var run = Load([($"{Collection}/a", record)]);
        string cid = Cid.Of(CidCodec.DagCbor, record).ToString();
        string many = string.Concat(Enumerable.Repeat($"&cids={cid}", 200));
        var answer = Ask(run, $"com.atproto.sync.getBlocks?did={Did}{many}");
        var once = Ask(run, $"com.atproto.sync.getBlocks?did={Did}&cids={cid}");
        Assert.Equal(once.Bytes, answer.Bytes);
        var car = SampleCar.Read(answer.Bytes);
        Assert.Equal([(Cid.Of(CidCodec.DagCbor, record), record.Length)],
            car.Blocks.Select(block => (block.Cid, block.Bytes.Length)));
    }

    [Test]
    public void GetBlocks_ManyBytes_AreSentWhileTheyAreRead()
    {
        byte[][] records = [.. Enumerable.Range(0, 9).Select(i => Record(90_000 + (2 * i)))];
        using var run = Load([.. records.Select((record, i) => ($"{Collection}/{i}", record))]);
        var cids = records.Select(record => Cid.Of(CidCodec.DagCbor, record)).ToArray();
        string target = $"com.atproto.sync.getBlocks?did={Did}"
            + string.Concat(cids.Select(cid => $"&cids={cid}"));
        var answer = Ask(run, target);
        Assert.Equal($"{answer.Bytes.Length}", answer.Header("Content-Length"));
        Assert.Equal(cids, SampleCar.Read(answer.Bytes).Blocks.Select(block => block.Cid));
        var head = Send(run, "HEAD", target);
        Assert.Equal(answer.Header("Content-Length"), head.Header("Content-Length"));
    }

    [Test]
    public void GetBlocks_CidThatOnlyBeginsAsOneOfOurs_IsNotFound()
    {
        byte[] record = Record(10);
        using var run = Load([($"{Collection}/a", record)]);
        byte[] digest = new byte[32];
        Cid.Of(CidCodec.DagCbor, record).CopyDigestTo(digest);
        digest[31] ^= 1;
        var foreign = new Cid(CidCodec.DagCbor, digest);
        var answer = Ask(run, $"com.atproto.sync.getBlocks?did={Did}&cids={foreign}");
        Assert.Equal(400, answer.Status);
        Assert.Contains("BlockNotFound", answer.Body, StringComparison.Ordinal);
    }

    [Test]
    [Arguments(100_000)]
    [Arguments(1_000_000)]
    public void GetRecordProof_LargeRecord_IsWhole(int textBytes)
    {
        byte[] record = Record(textBytes);
        using var run = Load([($"{Collection}/a", record), ($"{Collection}/b", Record(5))]);
        var answer = Ask(
            run, $"com.atproto.sync.getRecord?did={Did}&collection={Collection}&rkey=a");
        var car = SampleCar.Read(answer.Bytes);
        Assert.Equal(run.Find(Did)!.Head, car.Roots.Single());
        Assert.Equal(Cid.Of(CidCodec.DagCbor, record), car.Blocks[^1].Cid);
        var absent = Ask(
            run, $"com.atproto.sync.getRecord?did={Did}&collection={Collection}&rkey=aa");
        Assert.DoesNotContain(
            SampleCar.Read(absent.Bytes).Blocks, block => block.Bytes.Length == record.Length);
    }

    [Test]
    [Arguments(0)]
    [Arguments(199)]
    [Arguments(200)]
    [Arguments(201)]
    [Arguments(3000)]
    public void DescribeRepo_ManyCollections_NamesThemAll(int count)
    {
        using var run = Load([.. Enumerable.Range(0, count).Select(
            i => ($"com.example.c{i:d5}/a", Record(3)))]);
        var answer = Ask(run, $"com.atproto.repo.describeRepo?repo={Did}");
        using var json = JsonDocument.Parse(answer.Body);
        Assert.Equal(
            Enumerable.Range(0, count).Select(i => $"com.example.c{i:d5}"),
            json.RootElement.GetProperty("collections").EnumerateArray()
                .Select(item => item.GetString()));
        Assert.False(json.RootElement.GetProperty("handleIsCorrect").GetBoolean());
        string tag = answer.Header("ETag")!;
        var known = Send(
            run, "GET", $"com.atproto.repo.describeRepo?repo={Did}", $"If-None-Match: {tag}");
        Assert.Equal(304, known.Status);
    }

    private static string Did => TestRepos.DidOf(Name);

    private static byte[] Record(int textBytes) =>
        SampleRecord.Encode(("text", new string('é', textBytes / 2)), ("z", "\"\n"));

    private static string Json(byte[] record)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        Assert.Equal(CborError.None, CborJson.TryWrite(record, output));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    // The keys of each page, up to the one that says the end.
    private static List<string> Pages(TestArchive.Run run, bool reverse)
    {
        var pages = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            string more = cursor.Length > 0 ? $"&cursor={cursor}" : "";
            var answer = Ask(
                run,
                $"com.atproto.repo.listRecords?repo={Did}&collection={Collection}&limit=100"
                + $"&reverse={(reverse ? "true" : "false")}{more}");
            Assert.Equal(200, answer.Status);
            using var json = JsonDocument.Parse(answer.Body);
            pages.Add(string.Join(',', json.RootElement.GetProperty("records").EnumerateArray()
                .Select(record => record.GetProperty("uri").GetString()!.Split('/')[^1])));
            bool goesOn = json.RootElement.TryGetProperty("cursor", out var next);
            cursor = goesOn ? next.GetString() : null;
        }

        return pages;
    }

    private static Answer Ask(TestArchive.Run run, string target) => Send(run, "GET", target);

    private static Answer Send(
        TestArchive.Run run, string method, string target, params string[] headers)
    {
        var dispatcher = new XrpcDispatcher(
            TestServer.ServicesOf(run), new PlainRoutes([]), NullLogger<XrpcDispatcher>.Instance);
        return Exchange.Send(dispatcher, method, "/xrpc/" + target, headers);
    }

    private TestArchive.Run Load(List<(string, byte[])> records)
    {
        using var key = TestRepos.KeyOf(Name);
        var repo = SampleRepo.Build(Did, key, TestRepos.Rev(1), records);
        _archive.WriteCar("a.car", repo.ToCar());
        return _archive.Load();
    }
}
