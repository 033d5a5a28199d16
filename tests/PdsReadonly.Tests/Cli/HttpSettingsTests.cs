using Http;
using PdsReadonly.Cli;

namespace PdsReadonly.Tests.Cli;

public sealed class HttpSettingsTests
{
    [Test]
    [Arguments("127.0.0.1", "127.0.0.1/32")]
    [Arguments("::ffff:127.0.0.1", "127.0.0.1/32")]
    [Arguments("::ffff:10.0.0.0/104", "10.0.0.0/8")]
    [Arguments("::ffff:0.0.0.0/96", "0.0.0.0/0")]
    [Arguments("10.0.0.0/8", "10.0.0.0/8")]
    [Arguments("2001:db8::1", "2001:db8::1/128")]
    [Arguments("::1", "::1/128")]
    public void TryParseNetwork_InEitherForm_IsWhatConnectionsComeFrom(
        string text, string network)
    {
        Assert.True(HttpOptions.TryParseNetwork(text, out var parsed));

        Assert.Equal(network, parsed.ToString());
    }

    [Test]
    [Arguments(null, null, 1_000_000, 10_000, 1024)]
    [Arguments(null, null, 84, 84, 42)]            // one address leaves room for others
    [Arguments(null, null, 1, 1, 1)]
    [Arguments(null, 80, 84, 84, 80)]              // unless told otherwise
    [Arguments(50, null, 84, 50, 25)]
    [Arguments(20_000, 3, 30_000, 20_000, 3)]
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
