using PdsReadonly.Platform;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Platform;

public sealed class InputFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Test]
    public void Open_FileAndLinkToIt_IsRead()
    {
        _folder.Write("a", [1, 2, 3]);
        File.CreateSymbolicLink(_folder.At("link"), _folder.At("a"));

        Assert.Equal([1, 2, 3], InputFile.ReadAll(_folder.At("a"), 3));
        Assert.Equal([1, 2, 3], InputFile.ReadAll(_folder.At("link"), 3));
    }

    [Test]
    [Arguments("pipe")]
    [Arguments("folder")]
    [Arguments("/dev/zero")]
    [Arguments("/dev/null")]
    public void Open_NotARegularFile_IsRefusedAtOnce(string name)
    {
        if (!OperatingSystem.IsLinux()) Skip.Test("pipes with names are made on Linux");
        _folder.MakePipe("pipe");
        Directory.CreateDirectory(_folder.At("folder"));

        var refused = Assert.Throws<IOException>(() => InputFile.Open(_folder.At(name)));

        Assert.StartsWith("not a regular file", refused.Message, StringComparison.Ordinal);
        Assert.Null(InputFile.TryOpen(_folder.At(name)));
    }

    [Test]
    public void Open_NothingThere_SaysSo()
    {
        var refused = Assert.Throws<FileNotFoundException>(
            () => InputFile.Open(_folder.At("none")));

        if (OperatingSystem.IsLinux()) Assert.Equal("no such file or folder", refused.Message);
        Assert.Null(InputFile.DenialOf(_folder.At("none")));
        Assert.Null(InputFile.DenialOf(_folder.Path));
    }

    [Test]
    public void Open_MayNotBeRead_NamesTheUser()
    {
        if (!OperatingSystem.IsLinux() || Environment.IsPrivilegedProcess)
        {
            Skip.Test("root may read everything");
            return;
        }

        _folder.Write("a", [1]);
        File.SetUnixFileMode(_folder.At("a"), UnixFileMode.None);

        var refused = Assert.Throws<UnauthorizedAccessException>(
            () => InputFile.Open(_folder.At("a")));

        Assert.Matches(@"^permission denied \(uid \d+\)$", refused.Message);
        Assert.Equal(refused.Message, InputFile.DenialOf(_folder.At("a")));
    }

    [Test]
    [Arguments(0)]
    [Arguments(1)]
    [Arguments(5000)]
    public void ReadAll_AtTheLimit_IsWholeAndBeyondRefused(int length)
    {
        byte[] content = new byte[length];
        new Random(length).NextBytes(content);
        string path = _folder.Write("a", content);

        Assert.Equal(content, InputFile.ReadAll(path, length));
        Assert.Equal(content, InputFile.ReadAll(path, length + 1));
        if (length == 0) return;
        Assert.Throws<InvalidDataException>(() => InputFile.ReadAll(path, length - 1));
    }

    [Test]
    public void ReadAll_FileWhoseSizeIsNotTold_IsReadToItsEnd()
    {
        const string Path = "/proc/self/status";
        if (!File.Exists(Path)) Skip.Test("no such files here");

        Assert.Equal(0, new FileInfo(Path).Length);
        Assert.InRange(InputFile.ReadAll(Path, 1 << 20).Length, 100, 1 << 20);
    }
}
