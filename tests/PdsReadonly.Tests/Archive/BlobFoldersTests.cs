using Atproto.Multiformats;
using Microsoft.Extensions.Logging.Abstractions;
using PdsReadonly.Archive;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Archive;

public sealed class BlobFoldersTests : IDisposable
{
    // How long a test waits for a thread; it is done as soon as that is.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static readonly Cid s_cid = Cid.Of(CidCodec.Raw, "a picture"u8);

    private readonly TempFolder _folder = new();
    private readonly FakeTime _time = new(DateTimeOffset.UnixEpoch);
    private readonly BlobFolders _folders;

    public BlobFoldersTests()
    {
        _folders = new BlobFolders(_time, new BlobFaults(NullLogger.Instance), s_patience);
    }

    public void Dispose() => _folder.Dispose();

    [Test]
    public void Find_FirstTime_WalksTheFolder()
    {
        string path = _folder.Write($"a/b/{s_cid}", "x"u8);

        Assert.Equal([path], _folders.Find(_folder.Path)!.PathsOf(s_cid));
    }

    [Test]
    public void Find_WithoutPatience_IsNotKnownYet()
    {
        var hurried = new BlobFolders(
            _time, new BlobFaults(NullLogger.Instance), TimeSpan.Zero);
        // A folder that takes a while: the walk cannot be over before the answer.
        for (int i = 0; i < 500; i++) Directory.CreateDirectory(_folder.At($"{i}"));

        Assert.Null(hurried.Find(_folder.Path));
        Assert.True(SpinWait.SpinUntil(() => hurried.Find(_folder.Path) is not null, s_patience));
    }

    [Test]
    public void Find_WhileTheTreeIsYoung_LooksAtNoFolder()
    {
        var tree = _folders.Find(_folder.Path);
        _folder.Write($"a/{s_cid}", "x"u8);

        _time.Now += BlobFolders.AgeMin - TimeSpan.FromTicks(1);

        Assert.Same(tree, _folders.Find(_folder.Path));
    }

    [Test]
    public void Find_WhenTheTreeIsOld_HasItMadeAgain()
    {
        var tree = _folders.Find(_folder.Path);
        string path = _folder.Write($"a/{s_cid}", "x"u8);

        _time.Now += BlobFolders.AgeMin;

        Assert.True(SpinWait.SpinUntil(() => _folders.Find(_folder.Path) != tree, s_patience));
        Assert.Equal([path], _folders.Find(_folder.Path)!.PathsOf(s_cid));
    }

    [Test]
    public void Find_FolderThatHasVanished_IsEmpty() =>
        Assert.Equal(0, _folders.Find(_folder.At("gone"))!.FileCount);
}
