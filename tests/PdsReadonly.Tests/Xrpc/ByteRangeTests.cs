using System.Text;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Tests.Xrpc;

public sealed class ByteRangeTests
{
    [Test]
    [Arguments("bytes=0-0", 0, 1)]
    [Arguments("bytes=2-4", 2, 3)]
    [Arguments("bytes=9-9", 9, 1)]
    [Arguments("bytes=3-", 3, 7)]
    [Arguments("bytes=5-100", 5, 5)]
    [Arguments("bytes=5-99999999999999999999", 5, 5)]      // more than a long holds
    [Arguments("bytes=-3", 7, 3)]
    [Arguments("bytes=-10", 0, 10)]
    [Arguments("bytes=-99999999999999999999", 0, 10)]
    [Arguments("BYTES=1-2", 1, 2)]                         // units have no case
    [Arguments("bytes=\t 1-2 ", 1, 2)]
    [Arguments("bytes=0001-02", 1, 2)]
    public void Read_OneRange_IsPart(string header, long offset, long length)
    {
        Assert.Equal(RangeVerdict.Part, Read(header, 10, out var range));
        Assert.Equal(new ByteRange(offset, length), range);
    }

    [Test]
    [Arguments("bytes=10-", 10)]
    [Arguments("bytes=10-11", 10)]
    [Arguments("bytes=-0", 10)]
    [Arguments("bytes=99999999999999999999-", 10)]
    [Arguments("bytes=0-", 0)]
    [Arguments("bytes=-1", 0)]
    public void Read_BehindTheEnd_IsUnsatisfiable(string header, long length)
    {
        Assert.Equal(RangeVerdict.Unsatisfiable, Read(header, length, out _));
    }

    [Test]
    [Arguments("")]
    [Arguments("bytes")]
    [Arguments("bytes=")]
    [Arguments("bytes=-")]
    [Arguments("bytes=5-2")]
    [Arguments("bytes=a-b")]
    [Arguments("bytes=+1-2")]
    [Arguments("bytes=1--2")]
    [Arguments("bytes=1 - 2")]
    [Arguments("bytes=0-1,5-6")]
    [Arguments("bytes=0-1,")]
    [Arguments("bytes =0-1")]
    [Arguments("lines=0-1")]
    public void Read_AnythingElse_IsWhole(string header)
    {
        Assert.Equal(RangeVerdict.Whole, Read(header, 10, out var range));
        Assert.Equal(new ByteRange(0, 10), range);
    }

    private static RangeVerdict Read(string header, long length, out ByteRange range) =>
        ByteRange.Read(Encoding.UTF8.GetBytes(header), length, out range);
}
