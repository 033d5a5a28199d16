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

    [Theory]
    [InlineData("a.car", "a.car")]
    [InlineData("d.txt", "d.txt")] // Named by itself, whatever it is called.
    [InlineData("", "[odd] name#1.car a.car b.CAR c.car.gz")]
    [InlineData("two", "two/f.car")]
    [InlineData("?.car", "a.car")]
    [InlineData("*.car*", "[odd] name#1.car a.car c.car.gz")]
    [InlineData("*/*.car", "one/e.car two/f.car")]
    [InlineData("t*/deep/?.car", "two/deep/g.car")]
    [InlineData("*/deep/*", "two/deep/g.car")]
    [InlineData("[odd]*.car", "[odd] name#1.car")]
    public void Expand_Argument_GivesItsFilesInOrder(string argument, string expected)
    {
        var files = ArchiveFiles.Expand([_folder.At(argument)], out var unmatched);

        Assert.Equal(expected, string.Join(' ', files.Select(Relative)));
        Assert.Empty(unmatched);
    }

    [Theory]
    [InlineData("nosuch.car")]
    [InlineData("*.zip")]
    [InlineData("nosuch/*.car")]
    [InlineData("*/nosuch/*.car")]
    [InlineData("a.car/*.car")]
    public void Expand_NothingThere_IsToldAsGiven(string argument)
    {
        string given = _folder.At(argument);

        var files = ArchiveFiles.Expand([given], out var unmatched);

        Assert.Empty(files);
        Assert.Equal([given], unmatched);
    }

    [Fact]
    public void Expand_EmptyText_NamesNothing()
    {
        Assert.Empty(ArchiveFiles.Expand([""], out var unmatched));
        Assert.Equal([""], unmatched);
    }

    [Fact]
    public void Expand_EmptyFolder_IsNoMistake()
    {
        Directory.CreateDirectory(_folder.At("empty"));

        Assert.Empty(ArchiveFiles.Expand([_folder.At("empty")], out var unmatched));
        Assert.Empty(unmatched);
    }

    [Fact]
    public void Expand_FileNamedTwice_IsThereOnce()
    {
        string[] arguments =
            [_folder.At("a.car"), _folder.At("*.car"), _folder.At("one", "..", "a.car")];

        var files = ArchiveFiles.Expand(arguments, out var unmatched);

        Assert.Equal(["[odd] name#1.car", "a.car"], files.Select(Relative));
        Assert.Empty(unmatched);
    }

    [Theory]
    [InlineData("/x/alice.car", "alice")]
    [InlineData("/x/alice.CAR", "alice")]
    [InlineData("/x/alice.car.gz", "alice")]
    [InlineData("/x/did:plc:abc.car", "did:plc:abc")]
    [InlineData("/x/alice.2024.bin", "alice.2024")]
    public void NameOf_Path_IsWithoutSuffix(string path, string name) =>
        Assert.Equal(name, ArchiveFiles.NameOf(path));

    [Fact]
    public void SidecarsOf_KnownDid_ComeAfterTheFilesOwn() => Assert.Equal(
        ["/x/a.did.json", "/x/did:plc:abc.did.json", "/x/did_plc_abc.did.json"],
        ArchiveFiles.SidecarsOf("/x/a.car", "did:plc:abc", "did").Select(
            path => path.Replace('\\', '/')));

    private string Relative(string path) =>
        Path.GetRelativePath(_folder.Path, path).Replace('\\', '/');
}
