using System.Buffers;
using Atproto.Car;
using Atproto.Multiformats;
using Samples;

namespace Atproto.Tests.Car;

public sealed class CarWriterTests
{
    [Test]
    public void WriteHeader_OneRoot_IsThe59KnownBytes()
    {
        var output = new ArrayBufferWriter<byte>();
        CarWriter.WriteHeader(output, CidOf(1));
        Assert.Equal(
            "3aa265726f6f747381d82a58250001711220"
            + Convert.ToHexStringLower(Binary(CidOf(1)).AsSpan(4))
            + "6776657273696f6e01",
            Convert.ToHexStringLower(output.WrittenSpan));
    }

    [Test]
    [Arguments(0)]
    [Arguments(1)]
    [Arguments(2)] // the first whose length takes no more than one byte
    [Arguments(3)] // and the first that takes two
    [Arguments(23)]
    public void WriteHeader_SoManyRoots_TakesWhatCarLengthSays(int rootCount)
    {
        Cid[] roots = [.. Enumerable.Range(0, rootCount).Select(CidOf)];
        var output = new ArrayBufferWriter<byte>();
        CarWriter.WriteHeader(output, roots);
        Assert.Equal(CarLength.Header(rootCount), output.WrittenCount);
        Assert.Equal(roots, SampleCar.Read(output.WrittenSpan).Roots);
    }

    [Test]
    public void WriteHeader_24Roots_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CarWriter.WriteHeader(
            new ArrayBufferWriter<byte>(), [.. Enumerable.Range(0, 24).Select(CidOf)]));

    [Test]
    [Arguments(0)]
    [Arguments(91)] // 127 with the CID: one byte of length
    [Arguments(92)] // 128: two
    [Arguments(16_347)] // 16,383: two
    [Arguments(16_348)] // 16,384: three
    public void WriteSection_SoManyBytes_TakesWhatCarLengthSaysAndReadsBack(int dataLength)
    {
        byte[] data = new byte[dataLength];
        new SampleRandom((ulong)dataLength).Fill(data);
        var output = new ArrayBufferWriter<byte>();
        CarWriter.WriteHeader(output, CidOf(1));
        int headerLength = output.WrittenCount;
        CarWriter.WriteSection(output, Cid.Of(CidCodec.Raw, data), data);
        Assert.Equal(CarLength.Section(dataLength), output.WrittenCount - headerLength);
        var block = Assert.Single(SampleCar.Read(output.WrittenSpan).Blocks);
        Assert.Equal(data, block.Bytes);
        Assert.Equal(Cid.Of(CidCodec.Raw, data), block.Cid);
    }

    private static Cid CidOf(int number) => Cid.Of(CidCodec.DagCbor, BitConverter.GetBytes(number));

    private static byte[] Binary(Cid cid)
    {
        byte[] binary = new byte[Cid.Bytes];
        cid.CopyTo(binary);
        return binary;
    }
}
