using PdsReadonly.Archive;
using PdsReadonly.Platform;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Archive;

public sealed class FileFingerprintTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _car;

    public FileFingerprintTests() => _car = _folder.Write("a.car", [1, 2, 3]);

    public void Dispose() => _folder.Dispose();

    [Test]
    [Arguments(-10, false)] // A clock that is behind its files says nothing about them.
    [Arguments(-2, true)]
    [Arguments(2, true)]
    [Arguments(10, false)]
    public void OfSource_ReadSoonAfterItWasWritten_EqualsNoneLater(int secondsLater, bool recent)
    {
        var written = WrittenAt(_car);

        string soon = FileFingerprint.OfSource(_car, null, written.AddSeconds(secondsLater));
        string later = FileFingerprint.OfSource(_car, null, written.AddSeconds(60));

        Assert.Equal(recent, FileFingerprint.IsRecent(soon));
        Assert.Equal(!recent, soon == later);
        Assert.True(FileFingerprint.IsSameFile(soon, later));
    }

    [Test]
    [Arguments("a.did.json", null)]
    [Arguments("a.plc.json", null)]
    [Arguments("did_plc_abc.did.json", "did:plc:abc")]
    public void OfSource_SidecarAppears_IsAnotherSourceOfTheSameFile(string name, string? did)
    {
        var settled = WrittenAt(_car).AddSeconds(60);
        string before = FileFingerprint.OfSource(_car, did, settled);

        _folder.Write(name, [1]);
        string after = FileFingerprint.OfSource(_car, did, settled);

        Assert.NotEqual(before, after);
        Assert.True(FileFingerprint.IsSameFile(before, after));
    }

    [Test]
    public void OfSource_SizeChanged_IsAnotherFile()
    {
        var settled = WrittenAt(_car).AddSeconds(60);
        string before = FileFingerprint.OfSource(_car, null, settled);

        File.WriteAllBytes(_car, [1, 2, 3, 4]);

        Assert.False(
            FileFingerprint.IsSameFile(before, FileFingerprint.OfSource(_car, null, settled)));
    }

    [Test]
    public void OfSource_TimeSetBack_IsSeenByTheTimeOfChange()
    {
        if (!OperatingSystem.IsLinux()) Skip.Test("the time of status change is read on Linux");
        string before = FileFingerprint.Of(_car);
        var modified = File.GetLastWriteTimeUtc(_car);

        File.WriteAllBytes(_car, [3, 2, 1]);
        File.SetLastWriteTimeUtc(_car, modified);

        Assert.NotEqual(before, FileFingerprint.Of(_car));
    }

    [Test]
    public void IsSameFile_FileMissing_IsNever()
    {
        string missing = FileFingerprint.OfSource(
            _folder.At("b.car"), null, DateTimeOffset.UnixEpoch);

        Assert.False(FileFingerprint.IsSameFile(missing, missing));
        Assert.Equal("", FileFingerprint.Of(_folder.At("b.car")));
    }

    [Test]
    [Arguments("1990-01-01T00:00:00.0000000Z")]
    [Arguments("2024-02-29T23:59:59.1234567Z")]
    [Arguments("2200-01-01T00:00:00.0000001Z")]
    public void Of_BothTwins_TellTheSameSizeAndTime(string modified)
    {
        var time = DateTimeOffset.Parse(
            modified, System.Globalization.CultureInfo.InvariantCulture);
        File.SetLastWriteTimeUtc(_car, time.UtcDateTime);

        var plain = FileStat.OfPlain(_car)!.Value;
        var fast = FileStat.Of(_car)!.Value;

        Assert.Equal(3, plain.Bytes);
        Assert.Equal((time - DateTimeOffset.UnixEpoch).Ticks * 100, plain.ModifiedNanoseconds);
        Assert.Equal(plain.Bytes, fast.Bytes);
        Assert.Equal(plain.ModifiedNanoseconds, fast.ModifiedNanoseconds);
    }

    [Test]
    public void Of_NothingThere_IsNullFromBothTwins()
    {
        Assert.Null(FileStat.Of(_folder.At("none")));
        Assert.Null(FileStat.OfPlain(_folder.At("none")));
    }

    private static DateTimeOffset WrittenAt(string path)
    {
        var stat = FileStat.Of(path)!.Value;
        long last = Math.Max(stat.ModifiedNanoseconds, stat.ChangedNanoseconds);
        return DateTimeOffset.FromUnixTimeMilliseconds(last / 1_000_000);
    }
}
