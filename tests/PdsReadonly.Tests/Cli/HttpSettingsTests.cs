using Http;
using PdsReadonly.Cli;

namespace PdsReadonly.Tests.Cli;

public sealed class HttpSettingsTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1/32")]
    [InlineData("::ffff:127.0.0.1", "127.0.0.1/32")]
    [InlineData("::ffff:10.0.0.0/104", "10.0.0.0/8")]
    [InlineData("::ffff:0.0.0.0/96", "0.0.0.0/0")]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("2001:db8::1", "2001:db8::1/128")]
    [InlineData("::1", "::1/128")]
    public void TryParseNetwork_InEitherForm_IsWhatConnectionsComeFrom(
        string text, string network)
    {
        Assert.True(HttpOptions.TryParseNetwork(text, out var parsed));

        Assert.Equal(network, parsed.ToString());
    }

    [Theory]
    [InlineData(null, null, 1_000_000, 10_000, 1024)]
    [InlineData(null, null, 84, 84, 42)]            // one address leaves room for others
    [InlineData(null, null, 1, 1, 1)]
    [InlineData(null, 80, 84, 84, 80)]              // unless told otherwise
    [InlineData(50, null, 84, 50, 25)]
    [InlineData(20_000, 3, 30_000, 20_000, 3)]
    public void LimitsFor_Descriptors_BoundConnections(
        int? all, int? perAddress, int held, int expectedAll, int expectedPerAddress)
    {
        var settings = new HttpSettings
        {
            Limits = new HttpLimits { HeadBytesMax = 5000 },
            ConnectionsMax = all,
            ConnectionsPerAddressMax = perAddress,
        };
        var limits = settings.LimitsFor(held);
        Assert.Equal(
            (expectedAll, expectedPerAddress),
            (limits.ConnectionsMax, limits.ConnectionsPerAddressMax));
        Assert.Equal(5000, limits.HeadBytesMax);
    }
}
