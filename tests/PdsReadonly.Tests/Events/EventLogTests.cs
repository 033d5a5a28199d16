using PdsReadonly.Catalog;
using PdsReadonly.Tests.Support;
using Samples;
using Shared;

namespace PdsReadonly.Tests.Events;

/// <summary>Numbers: given once, never again, never lower, never lost.</summary>
public sealed class EventLogTests : IDisposable
{
    private readonly EventHost _host = new();

    public void Dispose() => _host.Dispose();

    [Test]
    public void Stamp_ByTheClock_IsItsMicroseconds()
    {
        _host.Time.Now += TimeSpan.FromHours(1);
        long now = _host.Microseconds;
        _host.Publish("alice", 1, "alice.test");

        Assert.Equal([now, now + 1, now + 2], Numbers(0));
        Assert.All(_host.Read(0), e => Assert.Equal("2026-12-01T01:00:00.000Z", e.Text("time")));
    }

    [Test]
    [Arguments(-10)]
    [Arguments(-100_000)]
    [Arguments(-400_000_000)]
    public void Stamp_ClockSetBack_GoesOnAbove(int seconds)
    {
        _host.Publish("alice", 1);
        long last = _host.Log.Last;
        _host.Time.Now += TimeSpan.FromSeconds(seconds);

        _host.Publish("bob", 1);
        Assert.Equal([last + 1, last + 2], Numbers(last));
        _host.Restart();
        _host.Publish("carol", 1);
        Assert.True(Numbers(last + 2)[0] > last + 2);
        Assert.Equal(6, Numbers(0).Distinct().Count());
    }

    [Test]
    public void Stamp_ClockAt1970_TakesTheRevsTime()
    {
        using var host = new EventHost();
        host.Time.Now = DateTimeOffset.UnixEpoch;
        host.LoseData();
        host.Publish("alice", 5);
        host.Publish("bob", 3);

        long rev = Microseconds(5);
        Assert.Equal([rev, rev + 1, rev + 2, rev + 3], [.. host.Read(0).Select(e => e.Seq)]);
    }

    [Test]
    public void Stamp_RevTheClockDoesNotAllow_IsNotBelieved()
    {
        _host.Publish("alice", int.MaxValue);
        Assert.Equal([_host.Microseconds, _host.Microseconds + 1], Numbers(0).Select(n => n - 1));
    }

    // Noise must not use all numbers up.
    [Test]
    public void Stamp_RevBeyond2112_IsNeverBelieved()
    {
        _host.Time.Now = DateTimeOffset.UnixEpoch;
        _host.LoseData();
        _host.Publish("alice", int.MaxValue);
        Assert.All(Numbers(0), number => Assert.InRange(number, 1, 1L << 52));
        _host.Time.Now = new DateTimeOffset(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);
        _host.Publish("bob", 1);
        Assert.All(Numbers(0), number => Assert.InRange(number, 1, (1L << 53) - 1));
    }

    [Test]
    public void LoseData_NumbersGoOnAbove()
    {
        _host.Publish("alice", 1);
        long last = _host.Log.Last;
        _host.Time.Now += TimeSpan.FromSeconds(1);

        _host.LoseData();
        _host.Publish("alice", 1);

        Assert.All(Numbers(0), number => Assert.True(number > last));
    }

    [Test]
    public void Restart_SameEvents_HaveTheSameBytes()
    {
        _host.Publish("alice", 1, "alice.test");
        _host.Publish("bob", 2);
        byte[][] before = [.. _host.Read(0).Select(e => e.Bytes)];
        _host.Time.Now += TimeSpan.FromDays(3);

        _host.Restart();

        Assert.Equal(before, _host.Read(0).Select(e => e.Bytes));
    }

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(3)]
    public void Kill_BetweenAnyTwoEvents_LosesAndRepeatsNothing(ulong seed)
    {
        var random = new SampleRandom(seed);
        string[] names = ["alice", "bob", "carol", "dan", "erin"];
        var seen = new List<byte[]>();
        long cursor = 0;
        for (int i = 0; i < 120; i++)
        {
            string name = random.Pick<string>(names);
            switch (random.Below(6))
            {
                case 0: _host.SetStatus(name, HostingStatus.Takendown); break;
                case 1: _host.SetStatus(name, HostingStatus.Active); break;
                case 2: _host.Time.Now += TimeSpan.FromSeconds(random.Below(3) - 1); break;
                default: _host.Publish(name, i, $"{name}{random.Below(3)}.test"); break;
            }

            // Some are seen before the end comes, some only after it.
            if (random.Chance(50)) Follow();
            if (random.Chance(30)) _host.Kill();
            if (random.Chance(20)) Follow();
        }

        Follow();
        var numbers = seen.ConvertAll(bytes => EventMessage.Read(bytes).Seq);
        Assert.Equal(numbers.Order().Distinct(), numbers);
        // Everything that is stored was sent just so, but for states of who is taken down by now.
        var stored = _host.Read(0).ConvertAll(e => Convert.ToHexString(e.Bytes));
        Assert.Subset(seen.Select(Convert.ToHexString).ToHashSet(), stored.ToHashSet());

        void Follow()
        {
            foreach (var message in _host.Read(cursor))
            {
                seen.Add(message.Bytes);
                cursor = message.Seq;
            }
        }
    }

    [Test]
    public void Window_OlderThanThat_KeepsTheNewestOfEachKind()
    {
        for (int i = 1; i <= 5; i++)
        {
            _host.Publish("alice", i, $"alice{i}.test");
            _host.Time.Now += TimeSpan.FromHours(10);
        }

        _host.Publish("bob", 1);
        string[] all = _host.Say(0);
        Assert.Equal("info OutdatedCursor", all[0]);
        // 10 to 50 hours old: what is older than 24 and not the newest is gone.
        Assert.Equal(
            [
                "alice account active", "alice identity alice4.test", $"alice sync {Rev(4)}",
                "alice identity alice5.test", $"alice sync {Rev(5)}", "bob account active",
                $"bob sync {Rev(1)}",
            ],
            all[1..]);
        _host.Restart();
        Assert.Equal(all, _host.Say(0));
    }

    private long[] Numbers(long cursor) => [.. _host.Read(cursor).Select(e => e.Seq)];

    private static string Rev(int second) => TestRepos.Rev(second);

    private static long Microseconds(int second) => 1_704_067_200_000_000 + (second * 1_000_000L);
}
