using System.Net;
using PdsReadonly.Upstream;

namespace PdsReadonly.Tests.Upstream;

/// <summary>Which addresses a stranger may send us to.</summary>
public sealed class PublicAddressTests
{
    [Theory]
    [InlineData("1.1.1.1", true)]
    [InlineData("172.15.0.1", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("100.128.0.1", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("::ffff:1.1.1.1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("169.254.169.254", false)]  // where clouds keep their secrets
    [InlineData("172.16.0.1", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("64:ff9b::10.0.0.1", false)]
    [InlineData("2002:7f00:1::", false)]  // 6to4 of 127.0.0.1
    [InlineData("2001::1", false)]  // Teredo
    [InlineData("2001:db8::1", false)]
    [InlineData("3fff:fff::1", false)]
    [InlineData("3fff:1000::1", true)]
    [InlineData("fc00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    public void IsPublic_EachKind(string address, bool expected) =>
        Assert.Equal(expected, PublicAddress.IsPublic(IPAddress.Parse(address)));
}
