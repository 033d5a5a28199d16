using PdsReadonly.Archive;

namespace PdsReadonly.Tests.Archive;

public sealed class DescriptorBudgetTests
{
    [Test]
    [Arguments(64, 8, 8)]          // too few for anything: the least that can work
    [Arguments(256, 32, 62)]
    [Arguments(1024, 128, 350)]
    [Arguments(16_384, 256, 7_902)]
    [Arguments(1_048_576, 256, 523_998)]
    public void Connections_Limit_IsSharedOut(int limit, int openRepos, int connections)
    {
        var budget = new DescriptorBudget(limit, Loops: 2);
        Assert.Equal((openRepos, connections), (budget.OpenRepos, budget.Connections));
    }

    [Test]
    public void Connections_WithRepos_NeverTakeMoreThanThereIs()
    {
        for (int limit = 128; limit < 100_000; limit += 97)
        {
            var budget = new DescriptorBudget(limit, Loops: 2);
            // Each connection may be sent a blob, which is a file of its own.
            int all = (2 * budget.OpenRepos) + (2 * budget.Connections);
            Assert.InRange(all, 1, limit - 64);
        }
    }
}
