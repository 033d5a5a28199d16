using Atproto.Syntax;
using PdsReadonly.Lightrail;
using PdsReadonly.Tests.Support;
using Samples;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>Which statuses are remembered, and how many.</summary>
public sealed class RecentStatusesTests
{
    private const int CountMax = 16 * 1024;

    private readonly FakeTime _time = new(new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly RecentStatuses _statuses;

    public RecentStatusesTests() => _statuses = new RecentStatuses(_time);

    [Test]
    public void HasSince_OnlyWhatWasToldSince()
    {
        long before = _time.GetTimestamp();
        Pass(TimeSpan.FromSeconds(1));
        _statuses.Add(Name(1));
        Assert.True(_statuses.HasSince(Name(1), before));
        Assert.True(_statuses.HasSince(Name(1), _time.GetTimestamp()));
        Assert.False(_statuses.HasSince(Name(2), before));
        Pass(TimeSpan.FromSeconds(1));
        Assert.False(_statuses.HasSince(Name(1), _time.GetTimestamp()));
        _statuses.Add(Name(1));
        Assert.True(_statuses.HasSince(Name(1), _time.GetTimestamp()));
    }

    [Test]
    public void Add_MoreThanAreKept_DropsTheOlderHalf()
    {
        long start = _time.GetTimestamp();
        var names = Enumerable.Range(0, CountMax + 1).Select(Name).ToList();
        foreach (var name in names)
        {
            _statuses.Add(name);
            Pass(TimeSpan.FromMilliseconds(1));
        }

        Assert.All(names[..(CountMax / 2)], name => Assert.False(_statuses.HasSince(name, start)));
        Assert.All(names[(CountMax / 2)..], name => Assert.True(_statuses.HasSince(name, start)));
    }

    [Test]
    public void Add_MoreThanAreKept_DropsWhatIsOldFirst()
    {
        long start = _time.GetTimestamp();
        _statuses.Add(Name(0));
        Pass(TimeSpan.FromMinutes(20));
        for (int i = 1; i <= CountMax; i++) _statuses.Add(Name(i));
        Assert.False(_statuses.HasSince(Name(0), start));
        for (int i = 1; i <= CountMax; i++) Assert.True(_statuses.HasSince(Name(i), start));
    }

    private void Pass(TimeSpan span) => _time.Now += span;

    private static Did Name(int number)
    {
        Assert.True(Did.TryParse(SampleIdentity.Plc($"recent {number}"), out var did));
        return did;
    }
}
