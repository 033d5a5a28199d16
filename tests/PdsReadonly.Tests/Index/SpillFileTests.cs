using PdsReadonly.Index;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Index;

public sealed class SpillFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Test]
    public void Read_WhatWasAppended_IsThereAtItsOffset()
    {
        using var spill = new SpillFile(_folder.Path);
        spill.Append([1, 2, 3]);
        spill.Append([4, 5]);

        byte[] buffer = new byte[3];
        spill.Read(1, buffer);

        Assert.Equal([2, 3, 4], buffer);
    }

    [Test]
    public void Append_First_LeavesNoNameBehind()
    {
        if (OperatingSystem.IsWindows()) Skip.Test("open files keep their names there");
        using var spill = new SpillFile(_folder.Path);

        spill.Append([1]);

        Assert.Empty(_folder.Names());
    }

    [Test]
    public void Read_BeyondTheEndOrAfterClear_IsAnIOException()
    {
        using var spill = new SpillFile(_folder.Path);
        Assert.Throws<IOException>(() => spill.Read(0, new byte[1]));
        spill.Append([1]);
        Assert.Throws<IOException>(() => spill.Read(0, new byte[2]));

        spill.Clear();
        Assert.Throws<IOException>(() => spill.Read(0, new byte[1]));
        spill.Append([7]);

        byte[] buffer = new byte[1];
        spill.Read(0, buffer);
        Assert.Equal([7], buffer);
    }
}
