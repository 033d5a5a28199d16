using Atproto.Multiformats;
using Atproto.Repo;
using Samples;
using Shared;

namespace Conformance.Tests;

/// <summary>What the sample generator writes is accepted by the verifier, in every order.</summary>
public sealed class CarSampleTests
{
    [Test]
    [Arguments(CarOrder.Preorder, 0)]
    [Arguments(CarOrder.Preorder, 5)]
    [Arguments(CarOrder.Shuffled, 0)]
    [Arguments(CarOrder.Shuffled, 9)]
    [Arguments(CarOrder.Doubled, 3)]
    public void Arrange_GoldenRepo_HasTheSameRecords(CarOrder order, int foreignBlockCount)
    {
        var car = GoldenRepo.Car().Arrange(order, 3, foreignBlockCount);
        Assert.Equal(order == CarOrder.Preorder, car.Blocks[0].Cid.ToString() == GoldenRepo.Commit);
        int expected = 11 + foreignBlockCount + (order == CarOrder.Doubled ? 4 : 0);
        Assert.Equal(expected, car.Blocks.Count);
        Assert.Equal(8, Verify(car.ToBytes()).Records);
    }

    [Test]
    [Arguments(5, 5, CarOrder.Preorder)]
    [Arguments(20, 5, CarOrder.Shuffled)]
    [Arguments(3000, 5, CarOrder.Preorder)]
    [Arguments(3000, 5, CarOrder.Shuffled)]
    [Arguments(3000, 2, CarOrder.Preorder)]
    [Arguments(3000, 60, CarOrder.Preorder)]
    public void BigRepo_SmallSizes_IsARepoTwiceTheSame(
        long recordCount, int collectionCount, CarOrder order)
    {
        byte[] first = WriteBig(recordCount, collectionCount, order);
        Assert.Equal(recordCount, Verify(first).Records);
        Assert.Equal(first, WriteBig(recordCount, collectionCount, order));
    }

    [Test]
    public void DemoArchive_IsTwoReposWhoseBlobsAreThere()
    {
        using var folder = new TemporaryFolder();
        DemoArchive.Write(folder.Path);
        string[] cars = Directory.GetFiles(Path.Combine(folder.Path, "repos"), "*.car");
        Assert.Equal(2, cars.Length);
        foreach (string car in cars)
        {
            var references = new HashSet<Cid>();
            Assert.InRange(Verify(File.ReadAllBytes(car), references).Records, 200, 1000);
            string blobs = Path.Combine(
                folder.Path, "blobs", Path.GetFileNameWithoutExtension(car));
            var files = Directory.GetFiles(blobs, "*", SearchOption.AllDirectories);
            var held = files.Select(f => MstCorpus.Cid(Path.GetFileName(f))).ToHashSet();
            Assert.Equal(references, held);
            Assert.All(files, f => Assert.Equal(
                Path.GetFileName(f), Cid.Of(CidCodec.Raw, File.ReadAllBytes(f)).ToString()));
        }
    }

    [Test]
    [Arguments(SampleCurve.P256)]
    [Arguments(SampleCurve.K256)]
    public void Sign_Message_IsLowSAndVerifies(SampleCurve curve)
    {
        using var key = SampleKey.FromSeed(curve, "test");
        for (byte i = 0; i < 20; i++)
        {
            byte[] message = [1, 2, i];
            byte[] signature = key.Sign(message);
            Assert.Equal(64, signature.Length);
            Assert.InRange(signature[32], 0, 0x7f);
            Assert.True(key.Verify(message, signature));
            Assert.False(key.Verify([1, 2], signature));
            Assert.Equal(signature, key.Sign(message));
        }
    }

    private static byte[] WriteBig(long recordCount, int collectionCount, CarOrder order)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "big.car");
        BigRepo.Write(path, recordCount, order, 4, collectionCount);
        Assert.Equal(["big.car", "big.did.json"], Names(folder.Path));
        return File.ReadAllBytes(path);
    }

    private static string[] Names(string folder) =>
        [.. Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order()];

    private static RepoCounts Verify(byte[] car, HashSet<Cid>? blobs = null)
    {
        using var verifier = new RepoVerifier(new MemorySpill(), 1 << 20);
        Assert.Null(verifier.ReadBlocks(new MemoryCar(car)));
        Assert.Null(verifier.Walk(new BlobSink(blobs ?? [])));
        Assert.Equal(0, verifier.Counts.RecordsUndecodable);
        return verifier.Counts;
    }

    private sealed class BlobSink(HashSet<Cid> blobs) : IRepoSink
    {
        public void OnBlock(uint ordinal, UInt128 digestPrefix, BlockPlace place)
        {
        }

        public void OnRecord(
            ReadOnlySpan<byte> collection, ReadOnlySpan<byte> rkey, uint ordinal, bool hasForm)
        {
        }

        public void OnBlobReference(in Cid cid, ReadOnlySpan<byte> mimeType) => blobs.Add(cid);
    }

    private sealed class TemporaryFolder : IDisposable
    {
        internal string Path { get; } = Directory.CreateTempSubdirectory("samples").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
