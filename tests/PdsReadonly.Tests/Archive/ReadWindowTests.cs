using PdsReadonly.Archive;
using PdsReadonly.Index;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Archive;

public sealed class ReadWindowTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly byte[] _content = new byte[200_000];
    private readonly CarFile _car;
    private readonly ReadWindow _window = new();

    public ReadWindowTests()
    {
        new Random(1).NextBytes(_content);
        _car = CarFile.Open(_folder.Write("a.car", _content));
    }

    public void Dispose()
    {
        _car.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void TryRead_FirstOfAll_SaysNothing() => Assert.False(TryRead(1000, 100));

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public void TryRead_Neighbours_AreReadAtOnce(bool backwards)
    {
        int step = backwards ? -300 : 300;
        int offset = 100_000;
        TryRead(offset, 280);
        for (int i = 0; i < 100; i++)
        {
            offset += step;
            Assert.True(TryRead(offset, 280), $"{offset}");
        }
    }

    [Test]
    [Arguments(100_000, 300, 150_000, 300)]        // far apart
    [Arguments(199_000, 500, 199_600, 500)]        // beyond the end
    [Arguments(1_000, 500, 1_500, 40_000)]         // longer than any window
    public void TryRead_NoNeighbourOrNoRoom_SaysNothing(int first, int length, int next, int bytes)
    {
        TryRead(first, length);
        Assert.False(TryRead(next, bytes));
    }

    [Test]
    public void TryRead_FarBeyondTheFile_SaysNothing()
    {
        var beyond = new BlockLocation(0, 5_000_000_000, 10);
        Assert.False(_window.TryRead(_car, beyond, mayBlock: true, out _));
        var next = new BlockLocation(0, 5_000_000_010, 10);
        Assert.False(_window.TryRead(_car, next, mayBlock: true, out _));
    }

    [Test]
    public void Clear_ForgetsWhatWasRead()
    {
        TryRead(1000, 100);
        Assert.True(TryRead(1100, 100));
        _window.Clear();
        Assert.False(TryRead(90_000, 100));
    }

    // True only with the right bytes.
    private bool TryRead(int offset, int length)
    {
        var location = new BlockLocation(0, offset, length);
        if (!_window.TryRead(_car, location, mayBlock: true, out var block)) return false;
        Assert.True(block.SequenceEqual(_content.AsSpan(offset, length)), $"{offset}");
        return true;
    }
}
