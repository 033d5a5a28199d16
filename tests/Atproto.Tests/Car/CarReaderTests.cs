using Atproto.Car;
using Atproto.Multiformats;
using Samples;

namespace Atproto.Tests.Car;

/// <summary>Header and sections of a CAR, read from the bytes at hand.</summary>
public sealed class CarReaderTests
{
    private const string Digest =
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    private const string Roots = "65726f6f7473";
    private const string Version = "6776657273696f6e";
    private const string Link = "d82a58250001711220" + Digest;
    private const string RawLink = "d82a58250001551220" + Digest;
    private const string Link0 = "d82a5823001220" + Digest;

    [Test]
    [Arguments("a2" + Roots + "81" + Link + Version + "01", 1)]
    [Arguments("a2" + Roots + "82" + Link + Link + Version + "01", 2)]
    [Arguments("a2" + Roots + "82" + Link + Link0 + Version + "01", 2)] // only the first counts
    [Arguments("a2" + Roots + "82" + Link + RawLink + Version + "01", 2)]
    [Arguments("a2" + Version + "01" + Roots + "81" + Link, 1)] // others' order
    [Arguments("a3" + Roots + "81" + Link + Version + "01" + "6178f6", 1)] // a key of their own
    [Arguments("a3" + "617882a0f90000" + Version + "01" + Roots + "81" + Link, 1)]
    public void HeaderRead_Good_GivesTheFirstRoot(string hex, int rootCount)
    {
        byte[] input = WithLength(hex);
        var status = CarHeader.Read(input, out var header, out int needed, out var error);
        Assert.Equal((CarStatus.Done, CarError.None), (status, error));
        Assert.Equal(input.Length, needed);
        Assert.Equal(rootCount, header.RootCount);
        Assert.True(header.Root.HasDigest(Convert.FromHexString(Digest)));
        Assert.Equal(CidCodec.DagCbor, header.Root.Codec);
    }

    [Test]
    [Arguments("a1" + Version + "02", CarError.VersionUnsupported)] // CARv2
    [Arguments("a1" + Version + "01", CarError.HeaderMalformed)] // no roots
    [Arguments("a2" + Roots + "81" + Link + Version + "02", CarError.VersionUnsupported)]
    [Arguments("a2" + Roots + "81" + Link + Version + "00", CarError.VersionUnsupported)]
    [Arguments("a2" + Roots + "80" + Version + "01", CarError.RootAbsent)]
    [Arguments("a2" + Roots + "81" + RawLink + Version + "01", CarError.RootUnsupported)]
    [Arguments("a2" + Roots + "81" + Link0 + Version + "01", CarError.RootUnsupported)]
    [Arguments("a2" + Roots + "81" + Link + Version + "20", CarError.HeaderMalformed)]
    [Arguments("a2" + Roots + "81" + Link + Version + "f93c00", CarError.HeaderMalformed)]
    [Arguments("a2" + Roots + "81f6" + Version + "01", CarError.HeaderMalformed)]
    [Arguments("a2" + Roots + "f6" + Version + "01", CarError.HeaderMalformed)]
    [Arguments("a2" + Version + "02" + Roots + "81" + Link, CarError.VersionUnsupported)]
    [Arguments("a3" + Version + "01" + Roots + "80" + "6178f6", CarError.RootAbsent)]
    [Arguments(
        "a3" + Roots + "81" + Link + Version + "01" + Version + "01", CarError.HeaderMalformed)]
    [Arguments("a2" + Roots + "81" + Link + "6178f6", CarError.HeaderMalformed)] // no version
    [Arguments("a3" + Roots + "81" + Link + Version + "0100f6", CarError.HeaderMalformed)]
    [Arguments("a2" + Roots + "81" + Link + Version + "01" + "00", CarError.HeaderMalformed)]
    [Arguments("a2" + Roots + "9bffffffffffffffff", CarError.HeaderMalformed)]
    [Arguments("b802" + Roots + "81" + Link + Version + "01", CarError.HeaderMalformed)]
    [Arguments("80", CarError.HeaderMalformed)]
    [Arguments("", CarError.HeaderMalformed)]
    [Arguments("3c68746d6c3e", CarError.HeaderMalformed)] // a page of a web site
    public void HeaderRead_Malformed_IsRefusedByItsCause(string hex, CarError expected)
    {
        var status = CarHeader.Read(WithLength(hex), out _, out _, out var error);
        Assert.Equal((CarStatus.Refused, expected), (status, error));
    }

    [Test]
    [Arguments("8000", CarError.LengthMalformed)] // not shortest
    [Arguments("ba00", CarError.LengthMalformed)]
    [Arguments("ffffffffff", CarError.LengthMalformed)] // over five bytes
    [Arguments("ffffffff7f", CarError.HeaderTooLarge)]
    public void HeaderRead_Length_IsRefusedBeforeItsBytesAreThere(string hex, CarError expected)
    {
        var status = CarHeader.Read(Convert.FromHexString(hex), out _, out _, out var error);
        Assert.Equal((CarStatus.Refused, expected), (status, error));
    }

    [Test]
    public void HeaderRead_LengthAtTheLimit_IsAwaitedAndOneMoreIsNot()
    {
        byte[] prefix = new byte[3];
        Varint.Write(prefix, CarLimits.HeaderBytesMax);
        Assert.Equal(CarStatus.NeedMoreData, CarHeader.Read(prefix, out _, out int needed, out _));
        Assert.Equal(CarLimits.HeaderBytesMax + 3, needed);
        Varint.Write(prefix, CarLimits.HeaderBytesMax + 1);
        Assert.Equal(CarStatus.Refused, CarHeader.Read(prefix, out _, out _, out var error));
        Assert.Equal(CarError.HeaderTooLarge, error);
    }

    [Test]
    public void HeaderRead_CutAnywhere_NeedsMoreData()
    {
        byte[] input = CarWriter.Header(Cid.Of(CidCodec.DagCbor, "root"u8));
        for (int length = 0; length < input.Length; length++)
        {
            var status = CarHeader.Read(input.AsSpan(0, length), out _, out int needed, out _);
            Assert.Equal(CarStatus.NeedMoreData, status);
            Assert.Equal(length == 0 ? 0 : input.Length, needed);
        }
    }

    [Test]
    [Arguments("01711220" + Digest, "616161", 36, true)]
    [Arguments("01551220" + Digest, "616161", 36, true)]
    [Arguments("01711220" + Digest, "", 36, true)] // a block of zero bytes
    [Arguments("01701220" + Digest, "616161", 36, false)] // dag-pb: skipped
    [Arguments("0171b22020" + Digest, "61", 37, false)] // another hash
    [Arguments("01550001ff", "616161", 5, false)] // identity
    [Arguments("01550000", "", 4, false)]
    public void SectionRead_Good_IsPlacesInTheBytes(
        string cid, string data, int cidLength, bool isBlessed)
    {
        byte[] input = WithLength(cid + data);
        var status = CarSection.Read(input, out var section, out int needed, out var error);
        Assert.Equal((CarStatus.Done, CarError.None), (status, error));
        Assert.Equal(isBlessed, section.Cid != default);
        Assert.Equal(1 + cidLength, section.DataStart);
        Assert.Equal(data.Length / 2, section.DataLength);
        Assert.Equal(input.Length, section.Length);
        Assert.Equal(input.Length, needed);
    }

    [Test]
    [Arguments("00", CarError.SectionEmpty)]
    [Arguments("8000", CarError.LengthMalformed)]
    [Arguments("80808080808001", CarError.LengthMalformed)]
    [Arguments("ffffffff7f", CarError.BlockTooLarge)]
    [Arguments("221220" + Digest, CarError.CidMalformed)] // version 0
    [Arguments("251220" + Digest + "616161", CarError.CidMalformed)]
    [Arguments("2402711220" + Digest, CarError.CidMalformed)] // version 2
    [Arguments("2301711220" + Digest, CarError.CidMalformed)] // cut by its own length
    [Arguments("0101", CarError.CidMalformed)]
    [Arguments("03ffffff", CarError.CidMalformed)]
    [Arguments("050155000500", CarError.CidMalformed)] // a digest longer than what is left
    public void SectionRead_Malformed_IsRefusedByItsCause(string hex, CarError expected)
    {
        var status = CarSection.Read(Convert.FromHexString(hex), out _, out _, out var error);
        Assert.Equal((CarStatus.Refused, expected), (status, error));
    }

    [Test]
    public void SectionRead_BlockAtTheLimit_IsReadAndOneByteMoreIsNot()
    {
        byte[] data = new byte[CarLimits.BlockBytesMax + 1];
        foreach (int length in (int[])[CarLimits.BlockBytesMax, CarLimits.BlockBytesMax + 1])
        {
            var block = SampleBlock.Of(data[..length]);
            byte[] car = new SampleCar([block.Cid], [block]).ToBytes();
            var input = car.AsSpan(CarWriter.Header(block.Cid).Length);
            var status = CarSection.Read(input, out _, out _, out var error);
            bool fits = length <= CarLimits.BlockBytesMax;
            Assert.Equal(fits ? CarStatus.Done : CarStatus.Refused, status);
            Assert.Equal(fits ? CarError.None : CarError.BlockTooLarge, error);
        }
    }

    [Test]
    public void SectionRead_CutAnywhere_NeedsMoreData()
    {
        byte[] input = [0xa9, 0x01, .. new byte[169]];
        Cid.Of(CidCodec.DagCbor, new byte[133]).CopyTo(input.AsSpan(2));
        for (int length = 0; length < input.Length; length++)
        {
            var status = CarSection.Read(
                input.AsSpan(0, length), out var section, out int needed, out _);
            Assert.Equal(CarStatus.NeedMoreData, status);
            Assert.Equal(default, section);
            Assert.Equal(length < 2 ? 0 : input.Length, needed);
        }

        Assert.Equal(CarStatus.Done, CarSection.Read(input, out var whole, out _, out _));
        Assert.Equal(input.Length, whole.Length);
    }

    [Test]
    public void Describe_EveryCause_HasWordsOfItsOwn()
    {
        var causes = Enum.GetValues<CarError>().Where(e => e != CarError.None).ToList();
        Assert.Equal(causes.Count, causes.Select(e => e.Describe()).Distinct().Count());
    }

    private static byte[] WithLength(string hex)
    {
        byte[] content = Convert.FromHexString(hex);
        byte[] prefix = new byte[5];
        int length = Varint.Write(prefix, (ulong)content.Length);
        return [.. prefix.AsSpan(0, length), .. content];
    }
}
