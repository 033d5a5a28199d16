using PdsReadonly.Archive;

namespace PdsReadonly.Tests.Archive;

public sealed class DescriptorBudgetTests
{
    [Theory]
    [InlineData(64, 8, 8)]          // too few for anything: the least that can work
    [InlineData(256, 32, 84)]
    [InlineData(1024, 128, 468)]
    [InlineData(16_384, 256, 10_538)]
    [InlineData(1_048_576, 256, 698_666)]
    public void Connections_Limit_IsSharedOut(int limit, int openRepos, int connections)
    {
        var budget = new DescriptorBudget(limit);
        Assert.Equal((openRepos, connections), (budget.OpenRepos, budget.Connections));
    }

    [Fact]
    public void Connections_WithRepos_NeverTakeMoreThanThereIs()
    {
        for (int limit = 128; limit < 100_000; limit += 97)
        {
            var budget = new DescriptorBudget(limit);
            Assert.InRange((2 * budget.OpenRepos) + budget.Connections, 1, limit - 64);
        }
    }
}
