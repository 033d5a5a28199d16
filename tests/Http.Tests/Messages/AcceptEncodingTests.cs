using System.Text;
using Http.Messages;

namespace Http.Tests.Messages;

public sealed class AcceptEncodingTests
{
    [Test]
    [Arguments("gzip", true)]
    [Arguments("GZip", true)]
    [Arguments("x-gzip", true)]
    [Arguments("deflate, gzip, br", true)]
    [Arguments("deflate,gzip;q=0.001", true)]
    [Arguments("gzip ; Q=1.000", true)]
    [Arguments("*", true)]
    [Arguments("br, *;q=0.1", true)]
    [Arguments("gzip;q=0.5, identity;q=0.5", true)]
    [Arguments("identity;q=0, gzip", true)]
    [Arguments("gzip;q=0.5, *;q=0", true)]
    [Arguments(",, gzip,", true)]
    [Arguments("", false)]
    [Arguments("identity", false)]
    [Arguments("identity;q=0", false)]             // there is nothing else to be had
    [Arguments("br, deflate", false)]
    [Arguments("gzip;q=0", false)]
    [Arguments("gzip;q=0.000", false)]
    [Arguments("gzip;q=0, *", false)]              // its own word counts, not that for the rest
    [Arguments("x-gzip, gzip;q=0", false)]
    [Arguments("*;q=0", false)]
    [Arguments("gzip;q=0.4, identity;q=0.5", false)]
    [Arguments("gzip;q=1.001", false)]
    [Arguments("gzip;q=2", false)]
    [Arguments("gzip;q=0.1234", false)]
    [Arguments("gzip;q=.5", false)]
    [Arguments("gzip;q=-1", false)]
    [Arguments("gzip;q=", false)]
    [Arguments("gzip;level=9", false)]
    [Arguments("gzipped", false)]
    [Arguments("\"gzip\"", false)]
    public void PrefersGzip_Line_IsReadAsAList(string line, bool expected)
    {
        var accepted = default(AcceptEncoding);
        accepted.Add(Encoding.ASCII.GetBytes(line));
        Assert.Equal(expected, accepted.PrefersGzip);
    }

    [Test]
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
