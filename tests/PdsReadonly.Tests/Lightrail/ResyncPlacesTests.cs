using PdsReadonly.Lightrail;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>Places for what asks other hosts, of which some are silent.</summary>
public sealed class ResyncPlacesTests
{
    private const int WalksMax = 8;
    private const int SlowMax = WalksMax;

    private readonly FakeTime _time = new(new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly ResyncPlaces _places;
    private long _queue;

    public ResyncPlacesTests() => _places = new ResyncPlaces(WalksMax, _time);

    [Test]
    public void TryEnter_HostsNeverHeardOf_HaveHalfOfThePlaces()
    {
        Assert.Equal(WalksMax / 2, Fill(PlaceKind.NewHost).Count);
        Assert.Equal(WalksMax / 2, Fill(PlaceKind.Host).Count);
    }

    [Test]
    public void TryEnter_OneQueue_HasNoMoreThanItsOwn()
    {
        Assert.NotNull(_places.TryEnter(PlaceKind.Host, queue: 7, queueMax: 2));
        Assert.NotNull(_places.TryEnter(PlaceKind.Host, queue: 7, queueMax: 2));
        Assert.Null(_places.TryEnter(PlaceKind.Host, queue: 7, queueMax: 2));
        Assert.NotNull(_places.TryEnter(PlaceKind.Host, queue: 8, queueMax: 2));
    }

    [Test]
    public void TryEnter_LookUps_TakeNoPlacesOfWalksNorOfAnotherKind()
    {
        Assert.NotEmpty(Fill(PlaceKind.Document));
        Assert.NotEmpty(Fill(PlaceKind.DocumentAgain));
        Assert.NotEmpty(Fill(PlaceKind.Directory));
        Assert.Equal(WalksMax, Fill(PlaceKind.Host).Count);
    }

    [Test]
    [Arguments(PlaceKind.NewHost)]
    [Arguments(PlaceKind.Document)]
    [Arguments(PlaceKind.DocumentAgain)]
    [Arguments(PlaceKind.Host)]
    internal void MoveSlowAside_AfterItsMoment_EachPlaceIsFreeAgain(PlaceKind kind)
    {
        int places = Fill(kind).Count;
        _places.MoveSlowAside();
        Assert.Empty(Fill(kind));
        Pass();
        Assert.Equal(places, Fill(kind).Count);
    }

    [Test]
    public void MoveSlowAside_Directory_KeepsItsPlaces()
    {
        Assert.NotEmpty(Fill(PlaceKind.Directory));
        Pass();
        Assert.Empty(Fill(PlaceKind.Directory));
    }

    [Test]
    public void MoveSlowAside_OneTooManyAtHostsThatAnswered_AStalledOneIsGivenUp()
    {
        var slow = FillSlow(PlaceKind.Host);
        Assert.Equal(SlowMax, slow.Count);
        foreach (var place in slow.Where((_, i) => i != 5)) place.Add(1_000_000);
        var next = _places.TryEnter(PlaceKind.Host, ++_queue, 1)!;
        Pass();
        // It may yet send something.
        Assert.False(next.IsSlow || slow[5].IsGivenUp);
        Pass();
        Assert.True(slow[5].IsGivenUp && slow[5].Ended.IsCancellationRequested);
        Assert.True(next.IsSlow);
        Assert.Single(slow, place => place.IsGivenUp);
    }

    [Test]
    public void MoveSlowAside_HostsThatAllSend_WaitForOneAnother()
    {
        var slow = FillSlow(PlaceKind.Host);
        foreach (var place in slow) place.Add(1_000_000);
        var last = Fill(PlaceKind.Host);
        for (int i = 0; i < 5; i++) Pass();
        Assert.DoesNotContain(slow, place => place.IsGivenUp);
        Assert.DoesNotContain(last, place => place.IsSlow);
        Assert.Empty(Fill(PlaceKind.Host));
    }

    [Test]
    public void MoveSlowAside_NewHostsThatDrip_AreGivenUpInTurnHoweverMuchTheySend()
    {
        var slow = FillSlow(PlaceKind.NewHost);
        foreach (var place in slow) place.Add(1_000_000);
        Assert.NotEmpty(Fill(PlaceKind.NewHost));
        Pass();
        Assert.All(slow, (place, i) => Assert.Equal(i < WalksMax / 2, place.IsGivenUp));
        Assert.NotEmpty(Fill(PlaceKind.NewHost));
    }

    [Test]
    public void TryEnter_SlowLookUpOfAnAccount_TakesNoPlaceOfItsHost()
    {
        var lookUp = _places.TryEnter(PlaceKind.Host, queue: 7, queueMax: 1)!;
        Pass();
        Assert.True(lookUp.IsSlowLookUp);
        Assert.NotNull(_places.TryEnter(PlaceKind.Host, queue: 7, queueMax: 1));
    }

    [Test]
    public void Leave_SlowOne_MakesRoomForAnother()
    {
        var slow = FillSlow(PlaceKind.Host);
        _places.Leave(slow[3]);
        Assert.NotNull(_places.TryEnter(PlaceKind.Host, ++_queue, 1));
        Pass();
        Assert.DoesNotContain(slow, place => place.IsGivenUp);
    }

    private void Pass()
    {
        _time.Now += ResyncPlaces.MomentMax;
        _places.MoveSlowAside();
    }

    private List<ResyncPlace> Fill(PlaceKind kind)
    {
        var places = new List<ResyncPlace>();
        while (_places.TryEnter(kind, ++_queue, queueMax: 1) is { } place) places.Add(place);
        return places;
    }

    // As many as may be slow at once, and no place taken.
    private List<ResyncPlace> FillSlow(PlaceKind kind)
    {
        var slow = new List<ResyncPlace>();
        int most = kind == PlaceKind.NewHost ? SlowMax / 2 : SlowMax;
        while (slow.Count < most)
        {
            slow.AddRange(Fill(kind));
            Pass();
        }

        return slow;
    }
}
