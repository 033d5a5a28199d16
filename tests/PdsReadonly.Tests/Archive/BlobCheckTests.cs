using Atproto.Multiformats;
using PdsReadonly.Archive;
using PdsReadonly.Platform;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Archive;

public sealed class BlobCheckTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Test]
    [Arguments(0)]
    [Arguments(1)]
    [Arguments(100_000)]
    public void Advance_BytesOfTheCid_IsRight(int length) =>
        Assert.Equal([true], StepsOf(length, length, Cid.Of(CidCodec.Raw, BytesOf(length))));

    [Test]
    public void Advance_OtherBytes_IsWrong() =>
        Assert.Equal([false], StepsOf(100, 100, Cid.Of(CidCodec.Raw, BytesOf(99))));

    [Test]
    public void Advance_FileThatIsShorter_IsWrong() =>
        Assert.Equal([false], StepsOf(99, 100, Cid.Of(CidCodec.Raw, BytesOf(100))));

    [Test]
    [Arguments(BlobCheck.StepBytes, 1)]
    [Arguments(BlobCheck.StepBytes + 1, 2)]
    [Arguments((2 * BlobCheck.StepBytes) + 1, 3)]
    public void Advance_LargeFile_TakesOneStepForEachFourMegabytes(int length, int steps) =>
        Assert.Equal(steps, StepsOf(length, length, Cid.Of(CidCodec.Raw, BytesOf(length))).Count);

    [Test]
    public void Advance_OfAPart_ReadsThatAlone()
    {
        byte[] bytes = BytesOf(5_000);
        string path = _folder.Write("car", bytes);
        using var handle = File.OpenHandle(path);
        var cid = Cid.Of(CidCodec.Raw, bytes.AsSpan(1_000, 3_000));

        var check = new BlobCheck(cid, FileStat.Of(handle)!.Value, 1_000, 3_000);

        Assert.True(check.Advance(handle));
        Assert.True(check.Advance(handle));
    }

    // Every step by a handle of its own, as if another client took it.
    private List<bool?> StepsOf(int length, int claimed, Cid cid)
    {
        string path = _folder.Write("blob", BytesOf(length));
        var check = new BlobCheck(cid, FileStat.Of(path)!.Value, 0, claimed);
        var steps = new List<bool?>();
        while (steps.Count == 0 || steps[^1] is null)
        {
            using var handle = File.OpenHandle(path);
            steps.Add(check.Advance(handle));
        }

        Assert.DoesNotContain(null, steps[^1..]);
        return steps;
    }

    private static byte[] BytesOf(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
