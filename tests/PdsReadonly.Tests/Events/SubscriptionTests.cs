using PdsReadonly.Catalog;
using PdsReadonly.Tests.Support;
using Samples;

namespace PdsReadonly.Tests.Events;

/// <summary>Cursors, joining what is stored with what is new, and many at once.</summary>
public sealed class SubscriptionTests : IDisposable
{
    private readonly EventHost _host = new();

    public void Dispose() => _host.Dispose();

    // Of the four events there are; numbers are told from the newest: 0 is its own.
    [Test]
    [Arguments(null, "")]
    [Arguments(0L, "")]
    [Arguments(-1L, "4")]
    [Arguments(-2L, "34")]
    [Arguments(-3L, "234")]
    // The number before the first: nothing lies between.
    [Arguments(-4L, "1234")]
    [Arguments(1L, "future")]
    [Arguments(1_000_000L, "future")]
    public void Open_Cursor_GivesWhatIsStrictlyBeyond(long? fromNewest, string expected)
    {
        var numbers = PublishFour();

        AssertGives(fromNewest + numbers[^1], expected, numbers);
    }

    [Test]
    [Arguments(0L, "1234")]
    [Arguments(-1L, "1234")]
    [Arguments(long.MinValue, "1234")]
    // Numbers of a log that was lost.
    [Arguments(1L, "info1234")]
    [Arguments(1_700_000_000_000_000L, "info1234")]
    public void Open_LowCursor_GivesTheWholeHost(long cursor, string expected) =>
        AssertGives(cursor, expected, PublishFour());

    [Test]
    public void Open_EmptyLog_TakesCursorZeroAndOldOnes()
    {
        Assert.Empty(_host.Read(0));
        Assert.Equal(["info OutdatedCursor"], _host.Say(1_700_000_000_000_000));
        Assert.Equal(["error FutureCursor"], _host.Say(_host.Log.Last + 1));
        Assert.Empty(_host.Say(_host.Log.Last));
    }

    // A lost data folder: clients come with numbers of before, while nothing is loaded yet.
    [Test]
    public void Open_CursorOfALostLog_GetsInfoNotFuture()
    {
        var numbers = PublishFour();
        _host.Time.Now += TimeSpan.FromSeconds(1);
        _host.LoseData();

        Assert.Equal(["info OutdatedCursor"], _host.Say(numbers[^1]));
    }

    [Test]
    public void Open_FutureCursor_IsOneErrorThenItsClose()
    {
        using var client = _host.Subscribe(_host.Log.Last + 1);

        var message = Assert.Single(client.Drain());
        Assert.Equal("Cursor in the future.", message.Text("message"));
        Assert.True(client.HasEnded);
        Assert.Equal((1008, "FutureCursor"), client.Close);
    }

    [Test]
    public void Read_WithoutCursor_IsSilentUntilThereIsNews()
    {
        PublishFour();
        using var client = _host.Subscribe(null);
        Assert.Empty(client.Drain());
        Assert.Equal(0, client.Wakes.CurrentCount);

        _host.Publish("carol", 1);

        Assert.Equal(1, client.Wakes.CurrentCount);
        Assert.Equal(
            ["carol account active", $"carol sync {TestRepos.Rev(1)}"],
            client.Drain().Select(EventHost.Summary));
        // What is new comes from memory.
        Assert.Equal(0, client.Blocked);
        Assert.Equal((1000, ""), client.Close);
    }

    [Test]
    public void Dispose_Unsubscribes()
    {
        for (int round = 0; round < 3; round++)
        {
            var clients = Enumerable.Range(0, 40).Select(_ => _host.Subscribe(null)).ToList();
            Assert.Equal(40, _host.Log.Waiters.Count);
            foreach (var client in clients)
            {
                Assert.Empty(client.Drain());
                client.Dispose();
            }

            Assert.Equal(0, _host.Log.Waiters.Count);
            _host.Publish("alice", round);
            Assert.All(clients, client => Assert.Equal(0, client.Wakes.CurrentCount));
        }
    }

    // What was taken down is not told, even to one who reads what was stored before.
    [Test]
    public void Read_RepoTakenDownSince_SkipsItsHeadInMemoryAndInTheDatabase()
    {
        long before = _host.Log.Last;
        PublishFour();
        using var client = _host.Subscribe(before);
        Assert.Equal("alice account active", EventHost.Summary(Assert.Single(client.Drain(1))));

        _host.SetStatus("alice", HostingStatus.Takendown);

        string[] rest =
            ["bob account active", $"bob sync {TestRepos.Rev(2)}", "alice account takendown"];
        Assert.Equal(rest, client.Drain().Select(EventHost.Summary));
        _host.Restart();
        Assert.Equal(["alice account active", .. rest], _host.Say(before));
    }

    // The same sequence, whether it comes from memory, from the database, or from both in turn.
    [Test]
    [Arguments(11)]
    [Arguments(12)]
    public void Read_AnySchedule_GivesEveryoneTheSame(ulong seed)
    {
        var random = new SampleRandom(seed);
        string[] names = ["alice", "bob", "carol", "dan", "erin"];
        var clients = Enumerable.Range(0, 8).Select(_ => _host.Subscribe(0)).ToList();
        var got = clients.ConvertAll(_ => new List<string>());
        for (int i = 0; i < 900; i++)
        {
            _host.Publish(random.Pick<string>(names), i, $"h{random.Below(50)}.test");
            int one = random.Below(clients.Count);
            // The first never reads before the end: by then most is only in the database.
            if (one == 0) continue;
            got[one].AddRange(clients[one].DrainHashes(random.Below(20)));
        }

        for (int i = 0; i < clients.Count; i++) got[i].AddRange(clients[i].DrainHashes());
        Assert.All(got, sequence => Assert.Equal(got[0], sequence));
        Assert.True(clients[0].Blocked > 0);
        Assert.Equal(_host.Read(0).ConvertAll(message => Client.HashOf(message.Bytes)), got[0]);
        clients.ForEach(client => client.Dispose());
    }

    [Test]
    public async Task Read_FiftyAtOnceWhileEventsCome_SeeIdenticalSequences()
    {
        const int Events = 400;
        var clients = Enumerable.Range(0, 50).Select(_ => _host.Subscribe(0)).ToList();
        var readers = clients.ConvertAll(client => Task.Factory.StartNew(
            () => Follow(client), TestRun.Cancellation,
            TaskCreationOptions.LongRunning, TaskScheduler.Default));
        for (int i = 0; i < Events; i++) _host.Publish("alice", i);

        var sequences = await Task.WhenAll(readers);

        Assert.Equal(Events + 1, sequences[0].Count);
        Assert.All(sequences, sequence => Assert.Equal(sequences[0], sequence));
        clients.ForEach(client => client.Dispose());

        List<string> Follow(Client client)
        {
            var got = new List<string>();
            while (true)
            {
                got.AddRange(client.DrainHashes());
                if (got.Count > Events) return got;
                // Nobody asks again without being told.
                Assert.True(client.Wakes.Wait(TimeSpan.FromSeconds(60)));
            }
        }
    }

    private void AssertGives(long? cursor, string expected, List<long> numbers)
    {
        var got = _host.Read(cursor).ConvertAll(message => message.Type switch
        {
            "error" => "future",
            "#info" => "info",
            _ => $"{numbers.IndexOf(message.Seq) + 1}",
        });
        Assert.Equal(expected, string.Concat(got));
    }

    private List<long> PublishFour()
    {
        _host.Time.Now += TimeSpan.FromMinutes(1);
        _host.Publish("alice", 1);
        _host.Publish("bob", 2);
        return _host.Read(0).ConvertAll(message => message.Seq);
    }
}
