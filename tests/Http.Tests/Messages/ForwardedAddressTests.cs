using System.Net;
using System.Text;
using Http.Messages;

namespace Http.Tests.Messages;

public sealed class ForwardedAddressTests
{
    [Test]
    [Arguments("203.0.113.7", "203.0.113.7")]
    [Arguments("203.0.113.7:8080", "203.0.113.7")]
    [Arguments("2001:db8::1", "2001:db8::1")]
    [Arguments("[2001:db8::1]", "2001:db8::1")]
    [Arguments("[2001:DB8::1]:443", "2001:db8::1")]
    [Arguments("::ffff:203.0.113.7", "203.0.113.7")]
    public void TryParse_Address_DropsThePort(string text, string expected)
    {
        Assert.True(ForwardedAddress.TryParse(Encoding.ASCII.GetBytes(text), out var address));
        Assert.Equal(IPAddress.Parse(expected), address);
    }

    [Test]
    [Arguments("")]
    [Arguments("unknown")]
    [Arguments("_hidden")]
    [Arguments("203.0.113")]               // a short form: readers differ on what it means
    [Arguments("3405803783")]
    [Arguments("0xcb.0.113.7")]
    [Arguments("203.0.113.256")]
    [Arguments("203.0.113.7:")]
    [Arguments("203.0.113.7:http")]
    [Arguments("203.0.113.7 ")]
    [Arguments("[203.0.113.7]")]
    [Arguments("[2001:db8::1")]
    [Arguments("[2001:db8::1]443")]
    [Arguments("2001:db8::1]")]
    [Arguments("fe80::1%eth0")]
    [Arguments(":")]
    [Arguments("2001:0db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001")]
    public void TryParse_AnythingElse_IsRefused(string text)
    {
        Assert.False(ForwardedAddress.TryParse(Encoding.ASCII.GetBytes(text), out _));
    }
}
