using Http;
using PdsReadonly.Cli;

namespace PdsReadonly.Tests.Cli;

public sealed class HttpSettingsTests
{
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
