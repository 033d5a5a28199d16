using System.Text;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Tests.Xrpc;

public sealed class ByteRangeTests
{
    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=2-4", 2, 3)]
    [InlineData("bytes=9-9", 9, 1)]
    [InlineData("bytes=3-", 3, 7)]
    [InlineData("bytes=5-100", 5, 5)]
    [InlineData("bytes=5-99999999999999999999", 5, 5)]      // more than a long holds
    [InlineData("bytes=-3", 7, 3)]
    [InlineData("bytes=-10", 0, 10)]
    [InlineData("bytes=-99999999999999999999", 0, 10)]
    [InlineData("BYTES=1-2", 1, 2)]                         // units have no case
    [InlineData("bytes=\t 1-2 ", 1, 2)]
    [InlineData("bytes=0001-02", 1, 2)]
    public void Read_OneRange_IsPart(string header, long offset, long length)
    {
        Assert.Equal(RangeVerdict.Part, Read(header, 10, out var range));
        Assert.Equal(new ByteRange(offset, length), range);
    }

    [Theory]
    [InlineData("bytes=10-", 10)]
    [InlineData("bytes=10-11", 10)]
    [InlineData("bytes=-0", 10)]
    [InlineData("bytes=99999999999999999999-", 10)]
    [InlineData("bytes=0-", 0)]
    [InlineData("bytes=-1", 0)]
    public void Read_BehindTheEnd_IsUnsatisfiable(string header, long length)
    {
        Assert.Equal(RangeVerdict.Unsatisfiable, Read(header, length, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("bytes")]
    [InlineData("bytes=")]
    [InlineData("bytes=-")]
    [InlineData("bytes=5-2")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=+1-2")]
    [InlineData("bytes=1--2")]
    [InlineData("bytes=1 - 2")]
    [InlineData("bytes=0-1,5-6")]
    [InlineData("bytes=0-1,")]
    [InlineData("bytes =0-1")]
    [InlineData("lines=0-1")]
    public void Read_AnythingElse_IsWhole(string header)
    {
        Assert.Equal(RangeVerdict.Whole, Read(header, 10, out var range));
        Assert.Equal(new ByteRange(0, 10), range);
    }

    private static RangeVerdict Read(string header, long length, out ByteRange range) =>
        ByteRange.Read(Encoding.UTF8.GetBytes(header), length, out range);
}
