using PdsReadonly.Archive;
using PdsReadonly.Platform;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Archive;

/// <summary>The read that does not wait, beside its plain twin.</summary>
public sealed class FileReadTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly byte[] _content = new byte[50_000];

    public FileReadTests() => new Random(3).NextBytes(_content);

    public void Dispose() => _folder.Dispose();

    [Test]
    [Arguments(0, 50_000, true)]
    [Arguments(49_999, 1, true)]
    [Arguments(0, 50_001, false)]          // more than there is
    [Arguments(50_000, 1, false)]
    [Arguments(4095, 2, true)]             // over the edge of a page
    public void TryRead_BothTwins_ReadTheSame(int offset, int length, bool expected)
    {
        using var file = File.OpenHandle(_folder.Write("a", _content));
        byte[] plain = new byte[length];
        byte[] inMemory = new byte[length];

        Assert.Equal(expected, FileRead.TryReadPlain(file, offset, plain));
        bool done = FileRead.TryReadInMemory(file, offset, inMemory);

        // Whether it is in memory is the kernel's affair; that it is not more than the file holds,
        // and right, is ours.
        Assert.False(done && !expected);
        if (done) Assert.True(inMemory.AsSpan().SequenceEqual(_content.AsSpan(offset, length)));
    }

    [Test]
    public void TryOpen_FileOrNothing_IsAHandleOrNull()
    {
        using var file = FileRead.TryOpen(_folder.Write("a", _content));
        Assert.NotNull(file);
        Assert.Equal(FileStat.Of(_folder.At("a")), FileStat.Of(file));
        Assert.Null(FileRead.TryOpen(_folder.At("none")));
    }
}
