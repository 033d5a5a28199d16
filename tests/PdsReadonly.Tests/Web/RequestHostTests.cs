using System.Text;
using PdsReadonly.Web;

namespace PdsReadonly.Tests.Web;

public sealed class RequestHostTests
{
    [Test]
    [Arguments("alice.test", "alice.test")]
    [Arguments("ALICE.Test:3000", "alice.test")]
    public void TryRead_Name_IsLowerCasedAndLosesItsPort(string header, string expected)
    {
        byte[] buffer = new byte[RequestHost.BytesMax];
        Assert.True(RequestHost.TryRead(Encoding.UTF8.GetBytes(header), buffer, out var host));
        Assert.Equal(expected, Encoding.UTF8.GetString(host));
    }

    [Test]
    [Arguments("")]
    [Arguments(":3000")]
    [Arguments("localhost")]
    [Arguments("127.0.0.1:3000")]
    [Arguments("[::1]:3000")]
    [Arguments("a/b.test")]
    [Arguments("caf\u00e9.test")]
    public void TryRead_NoHandle_IsRefused(string header)
    {
        byte[] buffer = new byte[RequestHost.BytesMax];
        Assert.False(RequestHost.TryRead(Encoding.UTF8.GetBytes(header), buffer, out _));
    }

    [Test]
    public void TryRead_TooLong_IsRefused()
    {
        byte[] name = Encoding.UTF8.GetBytes(string.Join('.', Enumerable.Repeat("abcdefg", 40)));
        Assert.False(RequestHost.TryRead(name, new byte[RequestHost.BytesMax], out _));
    }
}
