using System.Net;
using System.Text;
using Http.Messages;

namespace Http.Tests.Messages;

public sealed class ForwardedAddressTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("203.0.113.7:8080", "203.0.113.7")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("[2001:db8::1]", "2001:db8::1")]
    [InlineData("[2001:DB8::1]:443", "2001:db8::1")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    public void TryParse_Address_DropsThePort(string text, string expected)
    {
        Assert.True(ForwardedAddress.TryParse(Encoding.ASCII.GetBytes(text), out var address));
        Assert.Equal(IPAddress.Parse(expected), address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("unknown")]
    [InlineData("_hidden")]
    [InlineData("203.0.113")]               // short forms: readers differ in what they mean
    [InlineData("3405803783")]
    [InlineData("0xcb.0.113.7")]
    [InlineData("203.0.113.256")]
    [InlineData("203.0.113.7:")]
    [InlineData("203.0.113.7:http")]
    [InlineData("203.0.113.7 ")]
    [InlineData("[203.0.113.7]")]
    [InlineData("[2001:db8::1")]
    [InlineData("[2001:db8::1]443")]
    [InlineData("2001:db8::1]")]
    [InlineData("fe80::1%eth0")]
    [InlineData(":")]
    [InlineData("2001:0db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001")]
    public void TryParse_AnythingElse_IsRefused(string text)
    {
        Assert.False(ForwardedAddress.TryParse(Encoding.ASCII.GetBytes(text), out _));
    }
}
