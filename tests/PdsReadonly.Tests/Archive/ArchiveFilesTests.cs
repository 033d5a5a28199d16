using PdsReadonly.Archive;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Archive;

public sealed class ArchiveFilesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public ArchiveFilesTests()
    {
        string[] names =
        [
            "a.car", "b.CAR", "c.car.gz", "d.txt", "a.did.json", "one/e.car", "two/f.car",
            "two/deep/g.car", "[odd] name#1.car",
        ];
        foreach (string name in names) _folder.Write(name, []);
    }

    public void Dispose() => _folder.Dispose();

    [Test]
    [Arguments("a.car", "a.car")]
    [Arguments("d.txt", "d.txt")] // Named by itself, whatever it is called.
    [Arguments("", "[odd] name#1.car a.car b.CAR c.car.gz one/e.car two/deep/g.car two/f.car")]
    [Arguments("two", "two/deep/g.car two/f.car")]
    [Arguments("?.car", "a.car")]
    [Arguments("*.car*", "[odd] name#1.car a.car c.car.gz")]
    [Arguments("*/*.car", "one/e.car two/f.car")]
    [Arguments("t*/deep/?.car", "two/deep/g.car")]
    [Arguments("*/deep/*", "two/deep/g.car")]
    [Arguments("[odd]*.car", "[odd] name#1.car")]
    public void Expand_Argument_GivesItsFilesInOrder(string argument, string expected)
    {
        var files = Expand([_folder.At(argument)], out var problems);

        Assert.Equal(expected, string.Join(' ', files.Select(Relative)));
        Assert.Empty(problems);
    }

    [Test]
    [Arguments("nosuch.car")]
    [Arguments("*.zip")]
    [Arguments("nosuch/*.car")]
    [Arguments("*/nosuch/*.car")]
    [Arguments("a.car/*.car")]
    public void Expand_NothingThere_IsToldAsGiven(string argument)
    {
        string given = _folder.At(argument);

        var files = Expand([given], out var problems);

        Assert.Empty(files);
        Assert.Equal([new InputProblem(given, "names no file")], problems);
    }

    [Test]
    public void Expand_EmptyText_NamesNothing()
    {
        Assert.Empty(Expand([""], out var problems));
        Assert.Equal([new InputProblem("", "names no file")], problems);
    }

    [Test]
    public void Expand_EmptyFolder_IsNoMistake()
    {
        Directory.CreateDirectory(_folder.At("empty"));

        Assert.Empty(Expand([_folder.At("empty")], out var problems));
        Assert.Empty(problems);
    }

    [Test]
    public void Expand_FoldersThatAreNoArchive_ArePassedOver()
    {
        string[] names =
        [
            "top/.git/a.car", "top/history/b.car", "top/lost+found/c.car", "top/own/d.car",
            "top/deep/history.car", "top/deep/er/e.car",
        ];
        foreach (string name in names) _folder.Write(name, []);

        var files = Expand(
            [_folder.At("top")], out var problems, _folder.At("top", "own"));

        Assert.Equal(["top/deep/er/e.car", "top/deep/history.car"], files.Select(Relative));
        Assert.Empty(problems);
    }

    [Test]
    public void Expand_LinkThatLeadsRound_IsNotFollowedButLinkedFilesAre()
    {
        if (OperatingSystem.IsWindows()) Skip.Test("links need a privilege there");
        _folder.Write("top/in/a.car", []);
        Directory.CreateSymbolicLink(_folder.At("top", "in", "round"), _folder.At("top"));
        File.CreateSymbolicLink(_folder.At("top", "linked.car"), _folder.At("a.car"));

        var files = Expand([_folder.At("top")], out var problems);

        Assert.Equal(["top/in/a.car", "top/linked.car"], files.Select(Relative));
        Assert.Empty(problems);
    }

    [Test]
    [Arguments(16, true)]
    [Arguments(17, false)]
    public void Expand_VeryDeep_SaysWhatIsLeftOut(int depth, bool isFound)
    {
        string below = string.Concat(Enumerable.Repeat("d/", depth));
        _folder.Write($"top/{below}a.car", []);

        var files = Expand([_folder.At("top")], out var problems);

        Assert.Equal(isFound, files.Count == 1);
        Assert.Equal(isFound, problems.Count == 0);
    }

    [Test]
    public void Expand_Stopped_EndsAtOnce() => Assert.Throws<OperationCanceledException>(
        () => ArchiveFiles.Expand([_folder.Path], out _, stop: new CancellationToken(true)));

    [Test]
    public void Expand_FileNamedTwice_IsThereOnce()
    {
        string[] arguments =
            [_folder.At("a.car"), _folder.At("*.car"), _folder.At("one", "..", "a.car")];

        var files = Expand(arguments, out var problems);

        Assert.Equal(["[odd] name#1.car", "a.car"], files.Select(Relative));
        Assert.Empty(problems);
    }

    [Test]
    [Arguments("/x/alice.car", "alice")]
    [Arguments("/x/alice.CAR", "alice")]
    [Arguments("/x/alice.car.gz", "alice")]
    [Arguments("/x/did:plc:abc.car", "did:plc:abc")]
    [Arguments("/x/alice.2024.bin", "alice.2024")]
    public void NameOf_Path_IsWithoutSuffix(string path, string name) =>
        Assert.Equal(name, ArchiveFiles.NameOf(path));

    [Test]
    public void SidecarsOf_KnownDid_ComeAfterTheFilesOwn() => Assert.Equal(
        ["/x/a.did.json", "/x/did:plc:abc.did.json", "/x/did_plc_abc.did.json"],
        ArchiveFiles.SidecarsOf("/x/a.car", "did:plc:abc", "did").Select(
            path => path.Replace('\\', '/')));

    private static List<string> Expand(
        string[] arguments, out List<InputProblem> problems, string? ownFolder = null) =>
        ArchiveFiles.Expand(
            arguments, out problems, ownFolder, TestRun.Cancellation);

    private string Relative(string path) =>
        Path.GetRelativePath(_folder.Path, path).Replace('\\', '/');
}
