using Atproto.Multiformats;

namespace Atproto.Tests.Multiformats;

public sealed class VarintTests
{
    [Theory]
    [InlineData(0UL, "00")]
    [InlineData(127UL, "7f")]
    [InlineData(128UL, "8001")]
    [InlineData(300UL, "ac02")]
    [InlineData(16384UL, "808001")]
    [InlineData(9223372036854775807UL, "ffffffffffffffff7f")]
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

    [Theory]
    [InlineData("8000", VarintStatus.NotShortest)]
    [InlineData("ff00", VarintStatus.NotShortest)]
    [InlineData("ffffffffffffffffff01", VarintStatus.TooLong)]
    [InlineData("808080808080808080", VarintStatus.TooLong)]
    public void Read_OtherBytes_GivesItsStatusAndConsumesNothing(string hex, VarintStatus expected)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.Equal(expected, Varint.Read(bytes, Varint.BytesMax, out _, out int consumed));
        Assert.Equal(0, consumed);
        Assert.False(Varint.TryRead(bytes, out _, out _));
    }
}
