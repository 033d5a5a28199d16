using System.Text;
using PdsReadonly.Server;

namespace PdsReadonly.Tests.Server;

public sealed class XrpcPathTests
{
    [Theory]
    [InlineData("/xrpc/com.atproto.sync.listRepos", "com.atproto.sync.listRepos")]
    [InlineData("/xrpc/com.atproto.sync.listRepos/", "com.atproto.sync.listRepos")]
    [InlineData("/xrpc/COM.atproto.sync.LISTREPOS", "COM.atproto.sync.LISTREPOS")]
    [InlineData("/xrpc/foo", "foo")]
    [InlineData("/xrpc/a1", "a1")]
    [InlineData("/xrpc/a-b.c", "a-b.c")]
    public void Read_WellFormed_GivesTheMethod(string path, string expected)
    {
        var kind = XrpcPath.Read(Encoding.UTF8.GetBytes(path), out var method);
        Assert.Equal(XrpcPathKind.Method, kind);
        Assert.Equal(expected, Encoding.UTF8.GetString(method));
    }

    [Theory]
    [InlineData("/xrpc/")]
    [InlineData("/xrpc//")]
    [InlineData("/xrpc/a")]
    [InlineData("/xrpc/a/")]
    [InlineData("/xrpc/com.atproto.sync.listRepos/x")]
    [InlineData("/xrpc/com.atproto.sync.listRepos//")]
    [InlineData("/xrpc//com.atproto.sync.listRepos")]
    [InlineData("/xrpc/./com.atproto.sync.listRepos")]
    [InlineData("/xrpc/com%2Eatproto.sync.listRepos")]
    [InlineData("/xrpc/com.atproto.sync.listRepos;x")]
    [InlineData("/xrpc/%ZZ")]
    [InlineData("/xrpc/.ab")]
    [InlineData("/xrpc/ab.")]
    [InlineData("/xrpc/-ab")]
    [InlineData("/xrpc/ab-")]
    [InlineData("/xrpc/a..b")]
    [InlineData("/xrpc/a-.b")]
    [InlineData("/xrpc/_health2")]
    [InlineData("/xrpc/caf\u00e9")]
    public void Read_Malformed_IsMalformed(string path)
    {
        Assert.Equal(XrpcPathKind.Malformed, XrpcPath.Read(Encoding.UTF8.GetBytes(path), out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("/")]
    [InlineData("/xrpc")]
    [InlineData("/unknown")]
    [InlineData("/XRPC/com.atproto.sync.listRepos")]
    [InlineData("//xrpc/com.atproto.sync.listRepos")]
    public void Read_Elsewhere_IsOutside(string path)
    {
        Assert.Equal(XrpcPathKind.Outside, XrpcPath.Read(Encoding.UTF8.GetBytes(path), out _));
    }
}
