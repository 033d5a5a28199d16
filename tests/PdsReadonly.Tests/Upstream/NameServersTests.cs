using PdsReadonly.Upstream;

namespace PdsReadonly.Tests.Upstream;

/// <summary>Which name servers a resolv.conf names.</summary>
public sealed class NameServersTests
{
    [Test]
    [Arguments("nameserver 10.0.0.1\n", "10.0.0.1:53")]
    [Arguments("nameserver\t::1  \r\n", "[::1]:53")]
    [Arguments("# nameserver 1.1.1.1\nsearch a.test\noptions ndots:5\n", "127.0.0.1:53")]
    [Arguments("", "127.0.0.1:53")]
    [Arguments("nameserver nonsense\nnameserver", "127.0.0.1:53")]
    [Arguments(
        "nameserver 1.1.1.1\nnameserver 1.1.1.2\nnameserver 1.1.1.3\nnameserver 1.1.1.4",
        "1.1.1.1:53 1.1.1.2:53 1.1.1.3:53")]
    public void Parse_EachFile(string file, string expected) =>
        Assert.Equal(expected, string.Join(' ', NameServers.Parse(file)));
}
