using System.IO.Compression;
using Atproto.Car;
using PdsReadonly.Archive;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Archive;

public sealed class CarUnpackerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3_000_000)]
    public void Unpack_Gzip_GivesTheBytes(int length)
    {
        byte[] content = new byte[length];
        new Random(1).NextBytes(content);
        string packed = _folder.Write("a.gz", Gzip(content));

        CarUnpacker.Unpack(packed, _folder.At("a.car"));

        Assert.Equal(content, File.ReadAllBytes(_folder.At("a.car")));
        Assert.Equal(["a.car", "a.gz"], _folder.Names());
    }

    [Fact]
    public void Unpack_TwoMembers_AreOneFile()
    {
        string packed = _folder.Write("a.gz", [.. Gzip([1, 2]), .. Gzip([3])]);

        CarUnpacker.Unpack(packed, _folder.At("a.car"));

        Assert.Equal([1, 2, 3], File.ReadAllBytes(_folder.At("a.car")));
    }

    [Fact]
    public void Unpack_CutAnywhere_IsRefusedAndLeavesNothing()
    {
        byte[] packed = Gzip("some bytes that are packed, some bytes that are packed"u8.ToArray());
        for (int length = 0; length < packed.Length; length++)
        {
            string path = _folder.Write("a.gz", packed.AsSpan(0, length));

            if (Record.Exception(() => CarUnpacker.Unpack(path, _folder.At("a.car"))) is not InvalidDataException) TestContext.Current.SendDiagnosticMessage($"LEN {length}");
            if (Record.Exception(() => CarUnpacker.Unpack(path, _folder.At("a.car"))) is not InvalidDataException) Console.WriteLine($"LEN {length} of {packed.Length} {new FileInfo(_folder.At("a.car")).Length}");
        }
    }

    [Theory]
    [InlineData(0)] // Not gzip at all.
    [InlineData(30)] // Within what is packed.
    [InlineData(-5)] // Within the checksum.
    public void Unpack_ByteChanged_IsRefused(int at)
    {
        byte[] packed = Gzip("some bytes that are packed, and then some more bytes"u8.ToArray());
        packed[at < 0 ? packed.Length + at : at] ^= 0x55;
        string path = _folder.Write("a.gz", packed);

        Assert.Throws<InvalidDataException>(() => CarUnpacker.Unpack(path, _folder.At("a.car")));
        Assert.Equal(["a.gz"], _folder.Names());
    }

    [Fact]
    public void Unpack_MoreThanAllowed_IsRefusedAndLeavesNothing()
    {
        string packed = _folder.Write("a.gz", Gzip(new byte[5_000_000]));

        var refusal = Assert.Throws<InvalidDataException>(
            () => CarUnpacker.Unpack(packed, _folder.At("a.car"), bytesMax: 4_000_000));

        Assert.Equal(CarError.FileTooLarge.Describe(), refusal.Message);
        Assert.Equal(["a.gz"], _folder.Names());
    }

    [Fact]
    public void PathFor_AnotherStateOfTheSource_IsAnotherFile()
    {
        string first = CarUnpacker.PathFor("/x/a.car.gz", "1", "/data");

        Assert.Equal(first, CarUnpacker.PathFor("/x/a.car.gz", "1", "/data"));
        Assert.NotEqual(first, CarUnpacker.PathFor("/x/a.car.gz", "2", "/data"));
        Assert.NotEqual(first, CarUnpacker.PathFor("/x/b.car.gz", "1", "/data"));
        Assert.EndsWith(".car", first, StringComparison.Ordinal);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
        return packed.ToArray();
    }
}
