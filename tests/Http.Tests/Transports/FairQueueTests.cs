using Http.Transports;

namespace Http.Tests.Transports;

public sealed class FairQueueTests
{
    [Test]
    public void TryTake_CrowdOfOneKind_LeavesTheOtherKindItsTurn()
    {
        var queue = new FairQueue(runningOfKindMax: 100);
        for (int i = 0; i < 1000; i++) queue.Add(new Work(kind: 1, client: 1, "crowd"));
        queue.Add(new Work(kind: 2, client: 2, "other"));
        Assert.Contains("other", Take(queue, 2));
    }

    [Test]
    public void TryTake_CrowdOfOneClient_LeavesTheOtherClientItsTurn()
    {
        var queue = new FairQueue(runningOfKindMax: 100);
        for (int i = 0; i < 1000; i++) queue.Add(new Work(kind: 1, client: 1, "crowd"));
        queue.Add(new Work(kind: 1, client: 2, "other"));
        Assert.Contains("other", Take(queue, 2));
    }

    [Test]
    public void TryTake_KindAtWorkOnItsShare_WaitsForOneToEnd()
    {
        var queue = new FairQueue(runningOfKindMax: 2);
        for (int i = 0; i < 3; i++) queue.Add(new Work(kind: 1, client: 1, $"{i}"));
        Assert.Equal(["0", "1"], Take(queue, 2));
        Assert.False(queue.TryTake(out _));
        queue.Add(new Work(kind: 2, client: 1, "other"));
        Assert.Equal(["other"], Take(queue, 1));
        Assert.False(queue.TryTake(out _));
        queue.End(1);
        Assert.Equal(["2"], Take(queue, 1));
        Assert.Equal(0, queue.Count);
    }

    [Test]
    public void TryTake_RandomWork_GivesAllOfItOnceAndEachClientsInOrder()
    {
        var random = new Random(7);
        var queue = new FairQueue(runningOfKindMax: 3);
        var added = new Dictionary<(int, ulong), List<Work>>();
        var running = new List<int>();
        int left = 0;
        for (int step = 0; step < 20_000; step++)
        {
            var key = (random.Next(4), (ulong)random.Next(5));
            if (!added.TryGetValue(key, out var waiting)) added.Add(key, waiting = []);
            switch (random.Next(4))
            {
                case 0:
                    waiting.Add(new Work(key.Item1, key.Item2, $"{step}"));
                    queue.Add(waiting[^1]);
                    left++;
                    break;
                case 1 when queue.TryTake(out var taken):
                    var work = (Work)taken;
                    var line = added[(work.Kind, work.Client)];
                    Assert.Same(line[0], work);
                    line.RemoveAt(0);
                    Assert.False(queue.TryRemove(work));
                    running.Add(work.Kind);
                    Assert.InRange(running.Count(kind => kind == work.Kind), 1, 3);
                    left--;
                    break;
                case 2 when running.Count > 0:
                    int at = random.Next(running.Count);
                    queue.End(running[at]);
                    running.RemoveAt(at);
                    break;
                case 3 when waiting.Count > 0 && random.Next(2) == 0:
                    int removed = random.Next(waiting.Count);
                    Assert.True(queue.TryRemove(waiting[removed]));
                    Assert.False(queue.TryRemove(waiting[removed]));
                    waiting.RemoveAt(removed);
                    left--;
                    break;
            }

            Assert.Equal(left, queue.Count);
        }
    }

    private static List<string> Take(FairQueue queue, int count)
    {
        var names = new List<string>();
        while (names.Count < count && queue.TryTake(out var work)) names.Add(((Work)work).Name);
        return names;
    }

    private sealed class Work(int kind, ulong client, string name) : IOffloadedWork
    {
        public int Kind => kind;

        public ulong Client => client;

        public string Name => name;

        public LinkedListNode<IOffloadedWork>? Place { get; set; }

        public void Run()
        {
        }
    }
}
