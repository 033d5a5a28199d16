using Atproto.Multiformats;
using PdsReadonly.Archive;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Archive;

public sealed class BlobTreeTests : IDisposable
{
    private static readonly Cid s_cid = Cid.Of(CidCodec.Raw, "a picture"u8);
    private static readonly Cid s_other = Cid.Of(CidCodec.Raw, "another"u8);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Test]
    [Arguments("a")]
    [Arguments("a/b/c/d/e/f/g/h")]
    [Arguments("of words with blanks/é")]
    public void PathsOf_InAFolderBelow_GivesItsPath(string below)
    {
        string path = _folder.Write($"{below}/{s_cid}", "x"u8);
        _folder.Write($"{below}/{s_other}", "y"u8);

        var tree = Walk();

        Assert.Equal(2, tree.FileCount);
        Assert.Equal([path], tree.PathsOf(s_cid));
    }

    [Test]
    public void PathsOf_InSeveralFolders_GivesAll()
    {
        string[] paths =
        [
            _folder.Write($"a/{s_cid}", "x"u8), _folder.Write($"b/c/{s_cid}", "x"u8),
            _folder.Write($"b/{s_cid}", "x"u8),
        ];
        for (int i = 0; i < 50; i++)
        {
            _folder.Write($"d/{Cid.Of(CidCodec.Raw, [(byte)i])}", "x"u8);
        }

        Assert.Equal(paths.Order(), Walk().PathsOf(s_cid).Order());
    }

    [Test]
    public void Walk_WhatIsNotABlobBelow_IsLeftOut()
    {
        // In the folder itself a blob is looked for by its name.
        _folder.Write($"{s_cid}", "x"u8);
        _folder.Write("a/notes.txt", "x"u8);
        _folder.Write($"a/{s_cid.ToString()[..^1]}_", "x"u8);
        Directory.CreateDirectory(_folder.At("b", s_cid.ToString()));

        var tree = Walk();

        Assert.Equal(0, tree.FileCount);
        Assert.Empty(tree.PathsOf(s_cid));
        Assert.True(tree.IsWhole);
    }

    [Test]
    public void Walk_LinkToAFolderAbove_IsNotFollowed()
    {
        Skip.When(OperatingSystem.IsWindows(), "links need a privilege there");
        string path = _folder.Write($"a/{s_cid}", "x"u8);
        Directory.CreateSymbolicLink(_folder.At("a", "loop"), _folder.Path);
        File.CreateSymbolicLink(_folder.At("a", s_other.ToString()), path);

        var tree = Walk();

        Assert.Equal([path], tree.PathsOf(s_cid));
        Assert.Single(tree.PathsOf(s_other));
    }

    [Test]
    public void Walk_FolderThatIsNotThere_IsNone() => Assert.Null(BlobTree.Walk(_folder.At("no")));

    private BlobTree Walk() =>
        BlobTree.Walk(_folder.Path) ?? throw new InvalidOperationException("walk failed");
}
