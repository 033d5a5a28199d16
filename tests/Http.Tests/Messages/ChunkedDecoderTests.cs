using System.Text;
using Http.Messages;

namespace Http.Tests.Messages;

/// <summary>
/// What a decoder consumes and counts; its refusals are in the suite of raw requests.
/// </summary>
public sealed class ChunkedDecoderTests
{
    [Test]
    [Arguments("0\r\n\r\n", 0)]
    [Arguments("1\r\nx\r\n0\r\n\r\n", 1)]
    [Arguments("0001\r\nx\r\n0000000000000000\r\n\r\n", 1)]
    [Arguments("a\r\n0123456789\r\nB\r\n0123456789A\r\n0\r\n\r\n", 21)]
    [Arguments("2\r\n\r\n\r\n0\r\n\r\n", 2)]          // data that is itself a line end
    [Arguments("5\r\n0\r\n\r\n\r\n0\r\n\r\n", 5)]     // data that looks like the last chunk
    [Arguments("1;a\r\nx\r\n0;b=c\r\n\r\n", 1)]
    [Arguments("1;a=\"\\\\\\\"\t \";b\r\nx\r\n0\r\n\r\n", 1)]
    [Arguments("0\r\nA: b\r\nC:d\r\nE:\r\n\r\n", 0)]
    public void Read_Whole_StopsBehindTheEmptyLineHoweverCut(string chunks, long expected)
    {
        byte[] input = Encoding.Latin1.GetBytes(chunks + "GET / HTTP/1.1\r\n");
        for (int cut = 0; cut <= chunks.Length; cut++)
        {
            var decoder = new ChunkedDecoder(new HttpLimits());
            var first = decoder.Read(input.AsSpan(0, cut), 1000, out int before);
            Assert.Equal(cut == chunks.Length ? ParseStatus.Done : ParseStatus.NeedMoreData, first);
            Assert.Equal(cut, before);
            Assert.Equal(ParseStatus.Done, decoder.Read(input.AsSpan(cut), 1000, out int behind));
            Assert.Equal(chunks.Length, before + behind);
            Assert.Equal(expected, decoder.ContentBytes);
            Assert.Equal(RequestRejection.None, decoder.Rejection);
        }
    }

    [Test]
    public void Read_MoreThanWanted_StopsBeforeTheChunkThatIsTooMuch()
    {
        var decoder = new ChunkedDecoder(new HttpLimits());
        byte[] input = "3\r\nabc\r\n8\r\n01234567\r\n0\r\n\r\n"u8.ToArray();

        Assert.Equal(ParseStatus.NeedMoreData, decoder.Read(input, 10, out int consumed));

        Assert.Equal(11, decoder.ContentBytes);
        Assert.Equal("3\r\nabc\r\n8\r".Length, consumed);
    }

    [Test]
    public void Read_SizesThatAddUpToMoreThanALong_AreRefused()
    {
        var decoder = new ChunkedDecoder(new HttpLimits());
        byte[] input = "1\r\nx\r\n7fffffffffffffff\r\n"u8.ToArray();

        Assert.Equal(ParseStatus.Rejected, decoder.Read(input, 10, out _));
        Assert.Equal(RequestRejection.ChunkSizeInvalid, decoder.Rejection);
    }
}
