using PdsReadonly.Lightrail;
using PdsReadonly.Upstream;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>First in, first out, and never more than allowed.</summary>
public sealed class CommitInboxTests
{
    [Test]
    public void TryTake_GivesTheOldestFirst()
    {
        var inbox = new CommitInbox();
        inbox.Offer(new byte[] { 1 });
        inbox.Offer(new byte[] { 2 });
        Assert.Equal([1, 2], Drain(inbox));
        Assert.Equal(0, inbox.Dropped);
    }

    [Test]
    public void Offer_BeyondItsBytes_DropsTheOldest()
    {
        var inbox = new CommitInbox(bytesMax: 3);
        for (byte i = 1; i <= 5; i++) inbox.Offer(new[] { i });
        Assert.Equal([3, 4, 5], Drain(inbox));
        Assert.Equal(2, inbox.Dropped);
    }

    [Test]
    public void Offer_OneThatIsTooLarge_LeavesNothing()
    {
        var inbox = new CommitInbox(bytesMax: 3);
        inbox.Offer(new byte[] { 1 });
        inbox.Offer(new byte[4]);
        Assert.Empty(Drain(inbox));
        inbox.Offer(new byte[] { 2, 0, 0 });
        Assert.Equal([2], Drain(inbox));
    }

    [Test]
    public void Offer_BeyondTheMemoryThereIs_DropsTheOldest()
    {
        using var memory = new RoomShare(new RoomBudget(2), ownBytes: 1);
        var inbox = new CommitInbox(memory);
        for (byte i = 1; i <= 5; i++) inbox.Offer(new[] { i });
        Assert.Equal(3, memory.Bytes);
        Assert.Equal([3, 4, 5], Drain(inbox));
        Assert.Equal((0, false), (memory.Bytes, memory.IsShort));
    }

    private static List<byte> Drain(CommitInbox inbox)
    {
        var first = new List<byte>();
        while (inbox.TryTake(out var car)) first.Add(car.Span[0]);
        return first;
    }
}
