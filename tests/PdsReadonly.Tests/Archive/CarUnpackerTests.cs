using System.IO.Compression;
using PdsReadonly.Archive;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Archive;

public sealed class CarUnpackerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Test]
    [Arguments(0)]
    [Arguments(1)]
    [Arguments(3_000_000)]
    public void Unpack_Gzip_GivesTheBytes(int length)
    {
        byte[] content = new byte[length];
        new Random(1).NextBytes(content);
        string packed = _folder.Write("a.gz", Gzip(content));

        CarUnpacker.Unpack(packed, _folder.At("a.car"));

        Assert.Equal(content, File.ReadAllBytes(_folder.At("a.car")));
        Assert.Equal(["a.car", "a.gz"], _folder.Names());
    }

    [Test]
    public void Unpack_TwoMembers_AreOneFile()
    {
        string packed = _folder.Write("a.gz", [.. Gzip([1, 2]), .. Gzip([3])]);

        CarUnpacker.Unpack(packed, _folder.At("a.car"));

        Assert.Equal([1, 2, 3], File.ReadAllBytes(_folder.At("a.car")));
    }

    [Test]
    public void Unpack_MuchThatUnpacksToNothing_CanBeStopped()
    {
        // Head, an empty last block, checksum and length (RFC 1952).
        byte[] empty = Convert.FromHexString("1f8b08000000000000030300" + "0000000000000000");
        byte[] many = [.. Enumerable.Repeat(empty, 200_000).SelectMany(member => member)];
        string packed = _folder.Write("a.gz", many);
        int reads = 0;

        Assert.Throws<OperationCanceledException>(() => CarUnpacker.Unpack(
            packed, _folder.At("a.car"),
            () =>
            {
                if (++reads == 3) throw new OperationCanceledException();
            }));

        Assert.Equal(["a.gz"], _folder.Names());
    }

    // The platform takes the end of the file for the end of what is packed. Then the CAR is cut
    // short, which verifying it finds out.
    [Test]
    public void Unpack_CutAnywhere_IsRefusedOrGivesABeginning()
    {
        byte[] content = "some bytes that are packed, some other bytes that are packed"u8.ToArray();
        byte[] packed = Gzip(content);
        for (int length = 0; length < packed.Length; length++)
        {
            string path = _folder.Write("a.gz", packed.AsSpan(0, length));
            try
            {
                CarUnpacker.Unpack(path, _folder.At("a.car"));
                byte[] unpacked = File.ReadAllBytes(_folder.At("a.car"));
                Assert.True(content.AsSpan().StartsWith(unpacked));
                File.Delete(_folder.At("a.car"));
            }
            catch (InvalidDataException)
            {
            }

            Assert.Equal(["a.gz"], _folder.Names());
        }
    }

    [Test]
    [Arguments(0)] // Not gzip at all.
    [Arguments(30)] // Within what is packed.
    [Arguments(-5)] // Within the checksum.
    public void Unpack_ByteChanged_IsRefused(int at)
    {
        byte[] packed = Gzip("some bytes that are packed, and then some more bytes"u8.ToArray());
        packed[at < 0 ? packed.Length + at : at] ^= 0x55;
        string path = _folder.Write("a.gz", packed);

        Assert.Throws<InvalidDataException>(() => CarUnpacker.Unpack(path, _folder.At("a.car")));
        Assert.Equal(["a.gz"], _folder.Names());
    }

    [Test]
    public void Unpack_ToAHundredTimesItsSize_IsRefusedAndLeavesNothing()
    {
        string packed = _folder.Write("a.gz", Gzip(new byte[40 << 20]));

        var refusal = Assert.Throws<InvalidDataException>(
            () => CarUnpacker.Unpack(packed, _folder.At("a.car")));

        Assert.StartsWith("unpacks to more than ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["a.gz"], _folder.Names());
    }

    [Test]
    public void PathFor_AnotherStateOfTheSource_IsAnotherFile()
    {
        string source = _folder.Write("a.car.gz", [1]);
        string other = _folder.Write("b.car.gz", [1]);
        string first = CarUnpacker.PathFor(source, "/data");
        Assert.Equal(first, CarUnpacker.PathFor(source, "/data"));
        Assert.EndsWith(".car", first, StringComparison.Ordinal);

        File.WriteAllBytes(source, [1, 2]);

        Assert.NotEqual(first, CarUnpacker.PathFor(source, "/data"));
        Assert.NotEqual(first, CarUnpacker.PathFor(other, "/data"));
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize)) gzip.Write(bytes);
        return packed.ToArray();
    }
}
