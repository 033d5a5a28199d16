using PdsReadonly.Upstream;

namespace PdsReadonly.Tests.Upstream;

/// <summary>Memory shared by many: never more than there is, and all of it comes back.</summary>
public sealed class MemoryBudgetTests
{
    [Fact]
    public void TryTake_ToTheLastByte_AndNotOneMore()
    {
        long told = 0;
        var budget = new MemoryBudget(10, bytes => told += bytes);
        Assert.True(budget.TryTake(4));
        Assert.False(budget.TryTake(7));
        Assert.True(budget.TryTake(6));
        Assert.False(budget.TryTake(1));
        Assert.Equal((10, 10), (budget.Bytes, told));
        budget.GiveBack(10);
        Assert.Equal((0, 0), (budget.Bytes, told));
        Assert.False(budget.TryTake(long.MaxValue));
    }

    [Fact]
    public void Share_WithinItsOwn_TakesNothingOfTheBudget()
    {
        var budget = new MemoryBudget(5);
        using var share = new MemoryShare(budget, ownBytes: 10);
        Assert.True(share.TryTake(10));
        Assert.Equal(0, budget.Bytes);
        Assert.True(share.TryTake(5));
        Assert.False(share.IsShort);
        Assert.False(share.TryTake(1));
        Assert.True(share.IsShort);
        Assert.Equal((15, 5), (share.Bytes, budget.Bytes));
        share.GiveBack(8);
        Assert.Equal((7, 0), (share.Bytes, budget.Bytes));
    }

    [Fact]
    public void Share_ThatIsOver_HasGivenBackAllAndTakesNoMore()
    {
        var budget = new MemoryBudget(100);
        using var share = new MemoryShare(budget, ownBytes: 10);
        Assert.True(share.TryTake(50));
        share.Dispose();
        Assert.Equal((0, 0), (share.Bytes, budget.Bytes));
        Assert.False(share.TryTake(1));
        // What was part of it is let go later.
        share.GiveBack(50);
        Assert.Equal((0, 0), (share.Bytes, budget.Bytes));
    }

    [Fact]
    public void TryTakeSpare_Refused_LeavesNothingShort()
    {
        using var share = new MemoryShare(new MemoryBudget(0), ownBytes: 1);
        Assert.True(share.TryTakeSpare(1));
        Assert.False(share.TryTakeSpare(1));
        Assert.False(share.IsShort);
    }

    [Fact]
    public void Share_WithoutABudget_HasNoEnd()
    {
        using var share = new MemoryShare(budget: null);
        Assert.True(share.TryTake(1L << 40));
        share.GiveBack(1L << 40);
        Assert.Equal(0, share.Bytes);
    }

    [Fact]
    public void Shares_OfManyThreads_NeverHoldMoreThanThereIs()
    {
        const int Own = 20;
        const int Most = 1000;
        var budget = new MemoryBudget(Most);
        Parallel.For(0, 8, i =>
        {
            var random = new Random(i);
            for (int round = 0; round < 200; round++)
            {
                using var share = new MemoryShare(budget, Own);
                var parts = new Stack<int>();
                for (int step = 0; step < 50; step++)
                {
                    int bytes = random.Next(100);
                    if (random.Next(3) > 0 && share.TryTake(bytes)) parts.Push(bytes);
                    else if (parts.TryPop(out int part)) share.GiveBack(part);
                    Assert.Equal(parts.Sum(), share.Bytes);
                    Assert.InRange(budget.Bytes, Math.Max(0, share.Bytes - Own), Most);
                }
            }
        });
        Assert.Equal(0, budget.Bytes);
    }

    [Fact]
    public void Body_GrowsWithWhatComes_AndIsCountedUntilItIsDropped()
    {
        using var share = new MemoryShare(new MemoryBudget(0), ownBytes: 3000);
        using var body = new WholeBody(int.MaxValue, share);
        body.Begin();
        Assert.Equal(0, share.Bytes);
        Assert.True(body.Take(new byte[1000]));
        // The old and the new are there at once: 1000 and 2000.
        Assert.True(body.Take(new byte[1000]));
        Assert.Equal(2000, share.Bytes);
        Assert.False(body.Take(new byte[1]));
        Assert.True(share.IsShort);
        Assert.Equal(2000, body.Bytes.Length);
        body.Dispose();
        Assert.Equal(0, share.Bytes);
    }

    [Fact]
    public void Body_ThatBeginsAnew_ForgetsWhatCame()
    {
        using var body = new WholeBody(3);
        body.Take([1, 2]);
        body.Begin();
        Assert.True(body.Take([3, 4, 5]));
        Assert.Equal([3, 4, 5], body.Bytes.ToArray());
        Assert.False(body.Take([6]));
    }

    [Fact]
    public void Buffer_RemoveFirst_LeavesTheRest()
    {
        using var buffer = new MeteredBuffer(null, 10);
        Assert.True(buffer.TryAppend([1, 2, 3]));
        buffer.RemoveFirst(2);
        Assert.True(buffer.TryAppend([4]));
        Assert.Equal([3, 4], buffer.Bytes.ToArray());
    }
}
