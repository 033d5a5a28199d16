using PdsReadonly.Upstream;

namespace PdsReadonly.Tests.Upstream;

/// <summary>Room shared by many: never more than there is, and all of it comes back.</summary>
public sealed class RoomBudgetTests
{
    [Test]
    public void TryTake_ToTheLastByte_AndNotOneMore()
    {
        long told = 0;
        var budget = new RoomBudget(10, changed: bytes => told += bytes);
        Assert.True(budget.TryTake(4));
        Assert.False(budget.TryTake(7));
        Assert.True(budget.TryTake(6));
        Assert.False(budget.TryTake(1));
        Assert.Equal((10, 10), (budget.Bytes, told));
        budget.GiveBack(10);
        Assert.Equal((0, 0), (budget.Bytes, told));
        Assert.False(budget.TryTake(long.MaxValue));
    }

    [Test]
    public void Share_WithinItsOwn_TakesNothingOfTheBudget()
    {
        var budget = new RoomBudget(5);
        using var share = new RoomShare(budget, ownBytes: 10);
        Assert.True(share.TryTake(10));
        Assert.Equal(0, budget.Bytes);
        Assert.True(share.TryTake(5));
        Assert.False(share.IsFull);
        Assert.False(share.TryTake(1));
        Assert.Equal((true, false), (share.IsFull, share.IsShort));
        Assert.Equal((15, 5), (share.Bytes, budget.Bytes));
        share.GiveBack(8);
        Assert.Equal((7, 0), (share.Bytes, budget.Bytes));
    }

    [Test]
    public void Share_OfWhatOthersHaveTaken_IsShort()
    {
        var budget = new RoomBudget(5);
        using var other = new RoomShare(budget, ownBytes: 0);
        using var share = new RoomShare(budget, ownBytes: 0);
        Assert.True(other.TryTake(3));
        Assert.False(share.TryTake(5));
        Assert.Equal((true, false), (share.IsShort, share.IsFull));
        share.Lack();
        Assert.True(share.IsShort);
    }

    [Test]
    public void Part_TakesOfTheWholeToo_OrNothing()
    {
        var whole = new RoomBudget(10);
        var part = new RoomBudget(6, whole);
        var other = new RoomBudget(6, whole);
        Assert.True(part.TryTake(6));
        Assert.False(part.TryTake(1));
        Assert.False(other.TryTake(5));
        Assert.Equal((6, 0, 6), (part.Bytes, other.Bytes, whole.Bytes));
        Assert.True(other.TryTake(4));
        part.GiveBack(6);
        other.GiveBack(4);
        Assert.Equal((0, 0, 0), (part.Bytes, other.Bytes, whole.Bytes));
    }

    [Test]
    public void Share_OfABudgetThatLetMuchGo_CollectsBeforeItTakesMore()
    {
        int collections = 0;
        var whole = new RoomBudget(1L << 30, collect: () => collections++);
        var part = new RoomBudget(1L << 30, whole);
        const long Most = RoomBudget.LetGoBytesMax;
        using var share = new RoomShare(part, ownBytes: Most);
        // What is its own lies about as well as what it took from the budget.
        Assert.True(share.TryTake(2 * Most));
        share.GiveBack(Most / 2);
        Assert.True(share.TryTake(1));
        Assert.Equal(0, collections);
        share.GiveBack(Most);
        Assert.Equal(0, collections);
        Assert.True(share.TryTake(1));
        Assert.Equal(1, collections);
        Assert.True(share.TryTake(1));
        Assert.Equal(1, collections);
    }

    [Test]
    public void Share_ThatIsOver_HasGivenBackAllAndTakesNoMore()
    {
        var budget = new RoomBudget(100);
        using var share = new RoomShare(budget, ownBytes: 10);
        Assert.True(share.TryTake(50));
        share.Dispose();
        Assert.Equal((0, 0), (share.Bytes, budget.Bytes));
        Assert.False(share.TryTake(1));
        // What was part of it is let go later.
        share.GiveBack(50);
        Assert.Equal((0, 0), (share.Bytes, budget.Bytes));
    }

    [Test]
    public void TryTakeSpare_Refused_LeavesNothingShort()
    {
        using var share = new RoomShare(new RoomBudget(0), ownBytes: 1);
        Assert.True(share.TryTakeSpare(1));
        Assert.False(share.TryTakeSpare(1));
        Assert.False(share.IsShort);
    }

    [Test]
    public void Share_WithoutABudget_HasNoEnd()
    {
        using var share = new RoomShare(null, ownBytes: 0);
        Assert.True(share.TryTake(1L << 40));
        share.GiveBack(1L << 40);
        Assert.Equal(0, share.Bytes);
    }

    [Test]
    public void Shares_OfManyThreads_NeverHoldMoreThanThereIs()
    {
        const int Own = 20;
        const int Most = 1000;
        var budget = new RoomBudget(Most);
        Parallel.For(0, 8, i =>
        {
            var random = new Random(i);
            for (int round = 0; round < 200; round++)
            {
                using var share = new RoomShare(budget, Own);
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

    [Test]
    public void Body_GrowsWithWhatComes_AndIsCountedUntilItIsDropped()
    {
        using var share = new RoomShare(new RoomBudget(0), ownBytes: 3000);
        using var body = new WholeBody(int.MaxValue, share);
        body.Begin();
        Assert.Equal(0, share.Bytes);
        Assert.True(body.Take(new byte[1000]));
        // The old and the new are there at once: 1000 and 2000.
        Assert.True(body.Take(new byte[1000]));
        Assert.Equal(2000, share.Bytes);
        Assert.False(body.Take(new byte[1]));
        Assert.True(share.IsFull);
        Assert.Equal(2000, body.Bytes.Length);
        body.Dispose();
        Assert.Equal(0, share.Bytes);
    }

    [Test]
    public void Body_ThatBeginsAnew_ForgetsWhatCame()
    {
        using var body = new WholeBody(3);
        body.Take([1, 2]);
        body.Begin();
        Assert.True(body.Take([3, 4, 5]));
        Assert.Equal([3, 4, 5], body.Bytes.ToArray());
        Assert.False(body.Take([6]));
    }

    [Test]
    public void Buffer_RemoveFirst_LeavesTheRest()
    {
        using var buffer = new MeteredBuffer(null, 10);
        Assert.True(buffer.TryAppend([1, 2, 3]));
        buffer.RemoveFirst(2);
        Assert.True(buffer.TryAppend([4]));
        Assert.Equal([3, 4], buffer.Bytes.ToArray());
    }
}
