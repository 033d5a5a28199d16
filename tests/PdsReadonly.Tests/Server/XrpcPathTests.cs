using System.Text;
using PdsReadonly.Server;

namespace PdsReadonly.Tests.Server;

public sealed class XrpcPathTests
{
    [Test]
    [Arguments("/xrpc/com.atproto.sync.listRepos", "com.atproto.sync.listRepos")]
    [Arguments("/xrpc/com.atproto.sync.listRepos/", "com.atproto.sync.listRepos")]
    [Arguments("/xrpc/COM.atproto.sync.LISTREPOS", "COM.atproto.sync.LISTREPOS")]
    [Arguments("/xrpc/foo", "foo")]
    [Arguments("/xrpc/a1", "a1")]
    [Arguments("/xrpc/a-b.c", "a-b.c")]
    public void Read_WellFormed_GivesTheMethod(string path, string expected)
    {
        var kind = XrpcPath.Read(Encoding.UTF8.GetBytes(path), out var method);
        Assert.Equal(XrpcPathKind.Method, kind);
        Assert.Equal(expected, Encoding.UTF8.GetString(method));
    }

    [Test]
    [Arguments("/xrpc/")]
    [Arguments("/xrpc//")]
    [Arguments("/xrpc/a")]
    [Arguments("/xrpc/a/")]
    [Arguments("/xrpc/com.atproto.sync.listRepos/x")]
    [Arguments("/xrpc/com.atproto.sync.listRepos//")]
    [Arguments("/xrpc//com.atproto.sync.listRepos")]
    [Arguments("/xrpc/./com.atproto.sync.listRepos")]
    [Arguments("/xrpc/com%2Eatproto.sync.listRepos")]
    [Arguments("/xrpc/com.atproto.sync.listRepos;x")]
    [Arguments("/xrpc/%ZZ")]
    [Arguments("/xrpc/.ab")]
    [Arguments("/xrpc/ab.")]
    [Arguments("/xrpc/-ab")]
    [Arguments("/xrpc/ab-")]
    [Arguments("/xrpc/a..b")]
    [Arguments("/xrpc/a-.b")]
    [Arguments("/xrpc/_health2")]
    [Arguments("/xrpc/caf\u00e9")]
    public void Read_Malformed_IsMalformed(string path)
    {
        Assert.Equal(XrpcPathKind.Malformed, XrpcPath.Read(Encoding.UTF8.GetBytes(path), out _));
    }

    [Test]
    [Arguments("")]
    [Arguments("*")]
    [Arguments("/")]
    [Arguments("/xrpc")]
    [Arguments("/unknown")]
    [Arguments("/XRPC/com.atproto.sync.listRepos")]
    [Arguments("//xrpc/com.atproto.sync.listRepos")]
    public void Read_Elsewhere_IsOutside(string path)
    {
        Assert.Equal(XrpcPathKind.Outside, XrpcPath.Read(Encoding.UTF8.GetBytes(path), out _));
    }
}
