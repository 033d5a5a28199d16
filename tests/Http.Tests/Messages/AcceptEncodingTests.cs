using System.Text;
using Http.Messages;

namespace Http.Tests.Messages;

public sealed class AcceptEncodingTests
{
    [Theory]
    [InlineData("gzip", true)]
    [InlineData("GZip", true)]
    [InlineData("x-gzip", true)]
    [InlineData("deflate, gzip, br", true)]
    [InlineData("deflate,gzip;q=0.001", true)]
    [InlineData("gzip ; Q=1.000", true)]
    [InlineData("*", true)]
    [InlineData("br, *;q=0.1", true)]
    [InlineData("gzip;q=0.5, identity;q=0.5", true)]
    [InlineData("identity;q=0, gzip", true)]
    [InlineData("gzip;q=0.5, *;q=0", true)]
    [InlineData(",, gzip,", true)]
    [InlineData("", false)]
    [InlineData("identity", false)]
    [InlineData("identity;q=0", false)]             // there is nothing else to be had
    [InlineData("br, deflate", false)]
    [InlineData("gzip;q=0", false)]
    [InlineData("gzip;q=0.000", false)]
    [InlineData("gzip;q=0, *", false)]              // its own word counts, not that for the rest
    [InlineData("x-gzip, gzip;q=0", false)]
    [InlineData("*;q=0", false)]
    [InlineData("gzip;q=0.4, identity;q=0.5", false)]
    [InlineData("gzip;q=1.001", false)]
    [InlineData("gzip;q=2", false)]
    [InlineData("gzip;q=0.1234", false)]
    [InlineData("gzip;q=.5", false)]
    [InlineData("gzip;q=-1", false)]
    [InlineData("gzip;q=", false)]
    [InlineData("gzip;level=9", false)]
    [InlineData("gzipped", false)]
    [InlineData("\"gzip\"", false)]
    public void PrefersGzip_Line_IsReadAsAList(string line, bool expected)
    {
        var accepted = default(AcceptEncoding);
        accepted.Add(Encoding.ASCII.GetBytes(line));
        Assert.Equal(expected, accepted.PrefersGzip);
    }

    [Fact]
    public void PrefersGzip_SeveralLines_AreOneList()
    {
        var accepted = default(AcceptEncoding);
        Assert.False(accepted.PrefersGzip);
        accepted.Add("br"u8);
        accepted.Add("gzip"u8);
        Assert.True(accepted.PrefersGzip);
        accepted.Add("gzip;q=0"u8);
        Assert.False(accepted.PrefersGzip);
    }
}
