using PdsReadonly.Lightrail;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>What is remembered of a host, and for how long.</summary>
public sealed class HostProfileTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeTime _time = new(s_start);

    [Test]
    public void Deny_IsBelievedForAnHour_ThenForTwo()
    {
        var profile = new HostProfile(_time);
        profile.Deny(Strategy.Proof);
        // Many who ask at once are refused once.
        profile.Deny(Strategy.Proof);
        AssertDeniedFor(profile, hours: 1);
        profile.Deny(Strategy.Proof);
        AssertDeniedFor(profile, hours: 2);
        Assert.True(profile.CanTry(Strategy.Blocks));
    }

    [Test]
    public void Deny_AgainAndAgain_IsBelievedForDaysAtMost()
    {
        var profile = new HostProfile(_time);
        for (int i = 0; i < 30; i++)
        {
            profile.Deny(Strategy.Proof);
            _time.Now += TimeSpan.FromDays(7);
            Assert.True(profile.CanTry(Strategy.Proof));
        }
    }

    [Test]
    public void Allow_EndsADenial_AndTheNextIsShortAgain()
    {
        var profile = new HostProfile(_time);
        profile.Deny(Strategy.Proof);
        _time.Now += TimeSpan.FromHours(1);
        profile.Deny(Strategy.Proof);
        profile.Allow(Strategy.Proof);
        Assert.True(profile.CanTry(Strategy.Proof));
        profile.Deny(Strategy.Proof);
        AssertDeniedFor(profile, hours: 1);
    }

    [Test]
    public void Restore_OfWhatWasSaved_IsTheSame()
    {
        var profile = new HostProfile(_time) { CommaCids = true };
        profile.Deny(Strategy.Proof);
        profile.Deny(Strategy.Repo);
        profile.AddFault();
        profile.AddFault();
        string saved = profile.Save();
        Assert.Equal("faults=2 commas=1 Proof=1767229200,1 Repo=1767229200,1", saved);
        var restored = HostProfile.Restore(saved, _time);
        Assert.Equal(saved, restored.Save());
        Assert.Equal([Strategy.Proof, Strategy.Repo], restored.Denied.Order());
        AssertDeniedFor(restored, hours: 1);
    }

    [Test]
    [Arguments(null)]
    [Arguments("")]
    [Arguments("Proof")]
    [Arguments("Proof=1")]
    [Arguments("Proof=99999999999999999,1")]
    [Arguments("Proof=1767229200,0")]
    [Arguments("Nothing=1767229200,1")]
    [Arguments("faults=-1 lies=x =,= ,,,=")]
    public void Restore_OfAnythingElse_KnowsNothing(string? text)
    {
        var profile = HostProfile.Restore(text, _time);
        Assert.Empty(profile.Denied);
        Assert.Equal("faults=0 commas=0", profile.Save());
    }

    private void AssertDeniedFor(HostProfile profile, int hours)
    {
        _time.Now += TimeSpan.FromHours(hours) - TimeSpan.FromSeconds(1);
        Assert.False(profile.CanTry(Strategy.Proof));
        _time.Now += TimeSpan.FromSeconds(1);
        Assert.True(profile.CanTry(Strategy.Proof));
    }
}
