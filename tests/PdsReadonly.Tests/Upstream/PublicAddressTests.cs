using System.Net;
using PdsReadonly.Upstream;

namespace PdsReadonly.Tests.Upstream;

/// <summary>Which addresses a stranger may send us to.</summary>
public sealed class PublicAddressTests
{
    [Test]
    [Arguments("1.1.1.1", true)]
    [Arguments("172.15.0.1", true)]
    [Arguments("172.32.0.1", true)]
    [Arguments("100.128.0.1", true)]
    [Arguments("2606:4700::1111", true)]
    [Arguments("::ffff:1.1.1.1", true)]
    [Arguments("0.0.0.0", false)]
    [Arguments("10.1.2.3", false)]
    [Arguments("100.64.0.1", false)]
    [Arguments("127.0.0.1", false)]
    [Arguments("169.254.169.254", false)]  // where clouds keep their secrets
    [Arguments("172.16.0.1", false)]
    [Arguments("192.168.0.1", false)]
    [Arguments("198.18.0.1", false)]
    [Arguments("224.0.0.1", false)]
    [Arguments("255.255.255.255", false)]
    [Arguments("::", false)]
    [Arguments("::1", false)]
    [Arguments("::ffff:127.0.0.1", false)]
    [Arguments("64:ff9b::10.0.0.1", false)]
    [Arguments("2002:7f00:1::", false)]  // 6to4 of 127.0.0.1
    [Arguments("2001::1", false)]  // Teredo
    [Arguments("2001:db8::1", false)]
    [Arguments("3fff:fff::1", false)]
    [Arguments("3fff:1000::1", true)]
    [Arguments("fc00::1", false)]
    [Arguments("fe80::1", false)]
    [Arguments("ff02::1", false)]
    public void IsPublic_EachKind(string address, bool expected) =>
        Assert.Equal(expected, PublicAddress.IsPublic(IPAddress.Parse(address)));
}
