using Atproto.Multiformats;

namespace Atproto.Tests.Multiformats;

public sealed class VarintTests
{
    [Test]
    [Arguments(0UL, "00")]
    [Arguments(127UL, "7f")]
    [Arguments(128UL, "8001")]
    [Arguments(300UL, "ac02")]
    [Arguments(16384UL, "808001")]
    [Arguments(9223372036854775807UL, "ffffffffffffffff7f")]
    public void TryRead_Number_IsWhatWriteWrote(ulong value, string hex)
    {
        var buffer = new byte[10];
        int length = Varint.Write(buffer, value);
        Assert.Equal(hex, Convert.ToHexStringLower(buffer.AsSpan(0, length)));
        Assert.Equal(length, Varint.Length(value));
        Assert.True(Varint.TryRead(buffer, out ulong read, out int consumed));
        Assert.Equal((value, length), (read, consumed));
        for (int cut = 0; cut < length; cut++)
        {
            Assert.Equal(
                VarintStatus.NeedMoreData,
                Varint.Read(buffer.AsSpan(0, cut), Varint.BytesMax, out _, out consumed));
            Assert.Equal(0, consumed);
        }
    }

    [Test]
    [Arguments("8000", VarintStatus.NotShortest)]
    [Arguments("ff00", VarintStatus.NotShortest)]
    [Arguments("ffffffffffffffffff01", VarintStatus.TooLong)]
    [Arguments("808080808080808080", VarintStatus.TooLong)]
    public void Read_OtherBytes_GivesItsStatusAndConsumesNothing(string hex, VarintStatus expected)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.Equal(expected, Varint.Read(bytes, Varint.BytesMax, out _, out int consumed));
        Assert.Equal(0, consumed);
        Assert.False(Varint.TryRead(bytes, out _, out _));
    }
}
