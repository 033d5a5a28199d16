using System.Text.Json;
using Atproto.Multiformats;
using PdsReadonly.Cli;
using PdsReadonly.Tests.Support;
using Samples;

namespace PdsReadonly.Tests.Cli;

public sealed class InspectCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Test]
    public async Task Inspect_Json_CountsWhatIsThere()
    {
        byte[] picture = "a picture"u8.ToArray();
        using var key = TestRepos.KeyOf("alice");
        var repo = SampleRepo.Build(TestRepos.DidOf("alice"), key, TestRepos.Rev(500),
        [
            ("com.example.note/" + TestRepos.Rev(1), SampleRecord.Encode(("n", 1))),
            ("com.example.note/" + TestRepos.Rev(100), SampleRecord.Encode(("n", "two"))),
            ("com.example.note/self", TestRepos.Picture(picture)),
            ("com.example.zoo/self", TestRepos.Picture(picture)),
        ]);
        var car = repo.Car with
        {
            Blocks =
                [.. repo.Car.Blocks, SampleBlock.Of(picture, CidCodec.Raw), repo.Car.Blocks[0]],
        };
        string path = _folder.Write("a.car", car.ToBytes());

        var run = await CliRun.Of("inspect", "--json", path);

        Assert.Equal(ExitCode.Done, run.Code);
        using var json = JsonDocument.Parse(Assert.Single(run.Lines));
        var root = json.RootElement;
        Assert.Equal("2024-01-01T00:08:20.000Z", root.GetProperty("revTime").GetString());
        Assert.Equal("2024-01-01T00:00:01.000Z", root.GetProperty("earliest").GetString());
        Assert.Equal("2024-01-01T00:01:40.000Z", root.GetProperty("latest").GetString());
        Assert.Equal(4, root.GetProperty("records").GetInt32());
        Assert.Equal(1, root.GetProperty("blobs").GetInt32());
        Assert.Equal(1, root.GetProperty("rawBlocks").GetInt32());
        Assert.Equal(picture.Length, root.GetProperty("rawBytes").GetInt32());
        Assert.Equal(0, root.GetProperty("rawUnused").GetInt32());
        Assert.Equal(1, root.GetProperty("duplicates").GetInt32());
        Assert.Equal(0, root.GetProperty("unreached").GetInt32());
        Assert.Equal(4, root.GetProperty("recordBytes").GetProperty("min").GetInt32());
        Assert.Equal(7, root.GetProperty("recordBytes").GetProperty("median").GetInt32());
        var collections = root.GetProperty("collections").EnumerateArray().ToArray();
        Assert.Equal(["com.example.note", "com.example.zoo"],
            collections.Select(row => row.GetProperty("nsid").GetString()));
        Assert.Equal([3, 1], collections.Select(row => row.GetProperty("records").GetInt32()));
        Assert.Equal(JsonValueKind.Null, collections[1].GetProperty("earliest").ValueKind);
    }

    [Test]
    public async Task Inspect_ForPeople_IsAnAlignedTable()
    {
        string path = _folder.Write("a.car", TestRepos.Build("alice", posts: 1200).ToCar());

        var run = await CliRun.Of("inspect", path);

        Assert.Equal(path, run.Lines[0]);
        Assert.Equal(
            [
                "  collection              records   bytes  earliest    latest",
                "  app.bsky.actor.profile        1      19",
            ],
            run.Output.Split('\n').Select(line => line.TrimEnd('\r'))
                .SkipWhile(line => !line.StartsWith("  collection", StringComparison.Ordinal))
                .Take(2));
        Assert.Contains(
            "\n  records      1,201 in 2 collections\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("\n  signature    unchecked\n", run.Output, StringComparison.Ordinal);
    }

    [Test]
    public async Task Inspect_RefusedAfterItsCommit_TellsWhoseAndWhy()
    {
        var repo = TestRepos.Build("alice");
        var cut = repo.Car with { Blocks = [.. repo.Car.Blocks.SkipLast(1)] };
        string path = _folder.Write("a.car", cut.ToBytes());

        var run = await CliRun.Of("inspect", path);
        var json = await CliRun.Of("inspect", "--json", path);

        Assert.Equal(ExitCode.No, run.Code);
        Assert.Contains($"\n  did          {repo.Did}\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("\n  refused      RecordMissing ", run.Output, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(json.Output);
        Assert.Equal(repo.Did, document.RootElement.GetProperty("did").GetString());
        Assert.False(document.RootElement.TryGetProperty("records", out _));
    }

    [Test]
    public async Task Inspect_CutAnywhere_SaysTheSameAsVerify()
    {
        byte[] car = TestRepos.Build("alice").ToCar();
        string[] files = [.. Enumerable.Range(0, car.Length)
            .Select(length => _folder.Write($"{length:d4}.car", car.AsSpan(0, length)))];

        var inspected = await CliRun.Of(["inspect", "--json", .. files]);
        var verified = await CliRun.Of(["verify", "--json", .. files]);

        Assert.Equal((ExitCode.No, files.Length), (inspected.Code, inspected.Lines.Length));
        Assert.Equal(verified.Lines.Select(FaultOf), inspected.Lines.Select(FaultOf));

        static string FaultOf(string line) =>
            JsonDocument.Parse(line).RootElement.GetProperty("fault").GetRawText();
    }

    [Test]
    public async Task Inspect_EmptyRepo_HasNoSizesAndNoTimes()
    {
        using var key = TestRepos.KeyOf("nobody");
        var repo = SampleRepo.Build(TestRepos.DidOf("nobody"), key, TestRepos.Rev(1), []);
        string path = _folder.Write("a.car", repo.ToCar());

        var run = await CliRun.Of("inspect", "--json", path);

        using var json = JsonDocument.Parse(run.Output);
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("recordBytes").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("latest").ValueKind);
        Assert.Equal(0, json.RootElement.GetProperty("layers").GetInt32());
    }
}
