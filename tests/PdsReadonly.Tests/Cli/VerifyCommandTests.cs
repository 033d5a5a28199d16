using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Atproto.Multiformats;
using PdsReadonly.Cli;
using PdsReadonly.Tests.Support;
using Samples;

namespace PdsReadonly.Tests.Cli;

public sealed class VerifyCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Test]
    [Arguments(CarOrder.Preorder)]
    [Arguments(CarOrder.Shuffled)]
    [Arguments(CarOrder.Doubled)]
    public async Task Verify_SoundCar_IsOneOkLine(CarOrder order)
    {
        var repo = TestRepos.Build("alice");
        byte[] bytes = repo.ToCar(order, foreignBlockCount: 4);
        string path = _folder.Write("a.car", bytes);

        var run = await CliRun.Of("verify", path);

        Assert.Equal(ExitCode.Done, run.Code);
        string line = Assert.Single(run.Lines);
        Assert.StartsWith(
            $"ok {path}: {repo.Did} rev {repo.Rev}, 6 records, {repo.Car.Blocks.Count} blocks, ",
            line,
            StringComparison.Ordinal);
        Assert.EndsWith(
            "signature unchecked; warning: 1 raw block (54 B) is no blob of this repo", line,
            StringComparison.Ordinal);
        Assert.Equal("", run.Error);
    }

    [Test]
    [Arguments("verify")]
    [Arguments("inspect")]
    public async Task Check_FileWithControlCharactersInItsName_DoesNotPrintThem(string verb)
    {
        string good = _folder.Write("a\u001b[2J.car", TestRepos.Build("alice").ToCar());
        string bad = _folder.Write("b\r\n.car", [1, 2, 3]);

        var run = await CliRun.Of(verb, good, bad);

        string all = string.Concat(run.Lines) + run.Error;
        Assert.Contains("a\\u{1b}[2J.car", all, StringComparison.Ordinal);
        Assert.Contains("b\\u{d}\\u{a}.car", all, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', all);
    }

    [Test]
    public async Task Verify_SeveralFiles_AreInTheOrderAndSpellingOfTheCommandLine()
    {
        byte[] car = TestRepos.Build("alice").ToCar();
        string z = _folder.Write("z.car", car);
        string a = _folder.Write("a.car", car);
        Directory.CreateDirectory(_folder.At("more"));
        _folder.Write(Path.Combine("more", "b.car"), car);
        _folder.Write(Path.Combine("more", "a.car.gz"), []);
        string odd = Path.Combine(_folder.Path, ".", "z.car");
        string more = Path.Combine(_folder.Path, "more", "..", "more");

        var run = await CliRun.Of("verify", "--json", z, more, odd, a, _folder.At("?.car"));

        Assert.Equal(
            [z, Path.Combine(more, "a.car.gz"), Path.Combine(more, "b.car"), a],
            run.Lines.Select(
                line => JsonDocument.Parse(line).RootElement.GetProperty("file").GetString()));
    }

    [Test]
    public async Task Verify_WhatIsOddButRight_IsAWarning()
    {
        byte[] used = "used"u8.ToArray();
        using var key = TestRepos.KeyOf("alice");
        var repo = SampleRepo.Build(TestRepos.DidOf("alice"), key, TestRepos.Rev(1),
        [
            ("Com.Example.thing/a", TestRepos.Picture(used)),
            ("com.example.myThing/a", [0x80]),
            ("com.exAmple.thing/a", [0x80]),
        ]);
        SampleBlock[] raw =
        [
            SampleBlock.Of(used, CidCodec.Raw), SampleBlock.Of("one"u8.ToArray(), CidCodec.Raw),
            SampleBlock.Of("two"u8.ToArray(), CidCodec.Raw),
        ];
        var car = repo.Car with { Blocks = [.. repo.Car.Blocks, .. raw] };
        string path = _folder.Write("a.car", car.ToBytes());

        var run = await CliRun.Of("verify", path);
        var inspected = await CliRun.Of("inspect", path);

        string[] warnings =
        [
            "1 record has no JSON form",
            "collection Com.Example.thing and 1 more: the authority of an NSID has no upper-case "
                + "letters",
            "2 raw blocks (6 B) are no blob of this repo",
        ];
        Assert.Equal(ExitCode.Done, run.Code);
        foreach (string warning in warnings)
        {
            Assert.Contains("; warning: " + warning, run.Output, StringComparison.Ordinal);
            Assert.Contains(warning, inspected.Output, StringComparison.Ordinal);
        }

        Assert.Contains(
            "1 referenced; 3 raw blocks in the file, 10 B\n", inspected.Output,
            StringComparison.Ordinal);
        Assert.Contains("2 raw (6 B), 0 unreached", inspected.Output, StringComparison.Ordinal);
    }

    [Test]
    [Arguments("a.car", "{\"error\":\"x\"}", "NotACar: file is JSON")]
    [Arguments("a.car", "", "NotACar: file is empty")]
    [Arguments("a.car.gz", "<html></html>", "GzipMalformed: file is HTML")]
    [Arguments("a.car.gz", "\u001f\u008b\u0009xxxxxxxxxxxx", "GzipMalformed: ")]
    public async Task Verify_FileOfAnotherKind_IsNamedForWhatItIs(
        string name, string content, string words)
    {
        string path = _folder.Write(name, Encoding.Latin1.GetBytes(content));

        var run = await CliRun.Of("verify", path);
        var inspected = await CliRun.Of("inspect", path);

        Assert.Equal((ExitCode.No, ExitCode.No), (run.Code, inspected.Code));
        Assert.StartsWith($"refused {path}: {words}", run.Output, StringComparison.Ordinal);
        Assert.Contains($"refused      {words}", inspected.Output, StringComparison.Ordinal);
    }

    [Test]
    public async Task Verify_PlainCarNamedAsPacked_IsCalledThat()
    {
        string path = _folder.Write("a.car.gz", TestRepos.Build("alice").ToCar());
        var run = await CliRun.Of("verify", path);
        Assert.Contains("is a CAR that is not packed", run.Output, StringComparison.Ordinal);
    }

    [Test]
    public async Task Verify_Json_HasTheDocumentedFields()
    {
        var repo = TestRepos.Build("alice");
        byte[] bytes = repo.ToCar();
        string path = _folder.Write("a.car", bytes);
        _folder.Write("a.did.json", TestRepos.Document("alice", "alice.test"));

        var run = await CliRun.Of("verify", "--json", path);

        using var json = JsonDocument.Parse(Assert.Single(run.Lines));
        var root = json.RootElement;
        Assert.Equal(
            [
                "file", "ok", "fault", "did", "rev", "commit", "version", "signature", "handle",
                "records", "nodes", "blocks", "bytes", "exportBytes", "seconds", "warnings",
            ],
            root.EnumerateObject().Select(member => member.Name));
        Assert.True(root.GetProperty("ok").GetBoolean());
        Assert.Equal(repo.CommitCid.ToString(), root.GetProperty("commit").GetString());
        Assert.Equal("valid", root.GetProperty("signature").GetString());
        Assert.Equal("alice.test", root.GetProperty("handle").GetString());
        Assert.Equal(6, root.GetProperty("records").GetInt64());
        Assert.Equal(bytes.Length, root.GetProperty("bytes").GetInt64());
        Assert.Equal(bytes.Length, root.GetProperty("exportBytes").GetInt64());
    }

    [Test]
    public async Task Verify_OneBadAmongGood_NamesItsFaultAndChecksTheRest()
    {
        _folder.Write("a.car", TestRepos.Build("alice").ToCar());
        byte[] spoilt = TestRepos.Build("bob").ToCar();
        spoilt[^1] ^= 1;
        string bad = _folder.Write("b.car", spoilt);
        _folder.Write("c.car", TestRepos.Build("carol").ToCar());

        var run = await CliRun.Of("verify", _folder.Path);
        var json = await CliRun.Of("verify", "--json", bad);

        Assert.Equal(ExitCode.No, run.Code);
        Assert.Equal(3, run.Lines.Length);
        Assert.StartsWith(
            $"refused {bad}: CidMismatch at ", run.Lines[1], StringComparison.Ordinal);
        Assert.Equal(ExitCode.No, json.Code);
        using var document = JsonDocument.Parse(json.Output);
        var fault = document.RootElement.GetProperty("fault");
        Assert.Equal("CidMismatch", fault.GetProperty("code").GetString());
        Assert.True(fault.GetProperty("offset").GetInt64() > 0);
        Assert.StartsWith(
            "bafyrei", fault.GetProperty("cid").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("records").ValueKind);
    }

    [Test]
    public async Task Verify_KeyOfAnother_IsARefusal()
    {
        string path = _folder.Write("a.car", TestRepos.Build("alice").ToCar());
        using var other = TestRepos.KeyOf("bob");
        _folder.Write(
            "a.did.json",
            SampleIdentity.Document(
                TestRepos.DidOf("alice"), "alice.test", other, "https://pds.example"));

        var run = await CliRun.Of("verify", path);

        Assert.Equal(ExitCode.No, run.Code);
        Assert.StartsWith(
            $"refused {path}: SignatureKeyMismatch: ", run.Output, StringComparison.Ordinal);
    }

    [Test]
    public async Task Verify_RevAheadOfTheClock_IsAWarning()
    {
        string rev = SampleTid.Of((CliRun.Now.ToUnixTimeMilliseconds() + 3_600_000) * 1000);
        string path = _folder.Write("a.car", TestRepos.Build("alice", rev: rev).ToCar());

        var run = await CliRun.Of("verify", path);

        Assert.Equal(ExitCode.Done, run.Code);
        Assert.EndsWith(
            "; warning: rev lies in the future",
            Assert.Single(run.Lines),
            StringComparison.Ordinal);
    }

    [Test]
    public async Task Verify_PackedCar_IsUnpackedAside()
    {
        byte[] bytes = TestRepos.Build("alice").ToCar();
        string path = _folder.Write("a.car.gz", Gzip(bytes));
        string cut = _folder.Write("b.car.gz", Gzip(bytes).AsSpan()[..^20]);

        var good = await CliRun.Of("verify", path);
        var bad = await CliRun.Of("verify", cut);

        Assert.Equal(ExitCode.Done, good.Code);
        Assert.Equal(ExitCode.No, bad.Code);
        Assert.StartsWith($"refused {cut}: ", bad.Output, StringComparison.Ordinal);
        Assert.Equal(["a.car.gz", "b.car.gz"], _folder.Names());
    }

    [Test]
    public async Task Verify_NothingThere_CannotRun()
    {
        string missing = _folder.At("nosuch.car");

        var run = await CliRun.Of("verify", missing);
        var empty = await CliRun.Of("verify", _folder.Path);

        Assert.Equal(ExitCode.CannotRun, run.Code);
        Assert.Equal($"error: {missing} names no file", run.Error.Trim());
        Assert.Equal(ExitCode.CannotRun, empty.Code);
        Assert.Equal("error: no CAR files there", empty.Error.Trim());
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
        return packed.ToArray();
    }
}
