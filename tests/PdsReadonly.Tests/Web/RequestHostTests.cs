using System.Text;
using PdsReadonly.Web;

namespace PdsReadonly.Tests.Web;

public sealed class RequestHostTests
{
    [Theory]
    [InlineData("alice.test", "alice.test")]
    [InlineData("ALICE.Test:3000", "alice.test")]
    public void TryRead_Name_IsLowerCasedAndLosesItsPort(string header, string expected)
    {
        byte[] buffer = new byte[RequestHost.BytesMax];
        Assert.True(RequestHost.TryRead(Encoding.UTF8.GetBytes(header), buffer, out var host));
        Assert.Equal(expected, Encoding.UTF8.GetString(host));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":3000")]
    [InlineData("localhost")]
    [InlineData("127.0.0.1:3000")]
    [InlineData("[::1]:3000")]
    [InlineData("a/b.test")]
    [InlineData("caf\u00e9.test")]
    public void TryRead_NoHandle_IsRefused(string header)
    {
        byte[] buffer = new byte[RequestHost.BytesMax];
        Assert.False(RequestHost.TryRead(Encoding.UTF8.GetBytes(header), buffer, out _));
    }

    [Fact]
    public void TryRead_TooLong_IsRefused()
    {
        byte[] name = Encoding.UTF8.GetBytes(string.Join('.', Enumerable.Repeat("abcdefg", 40)));
        Assert.False(RequestHost.TryRead(name, new byte[RequestHost.BytesMax], out _));
    }
}
