using Atproto.Syntax;
using PdsReadonly.Tests.Support;
using PdsReadonly.Upstream;

namespace PdsReadonly.Tests.Upstream;

/// <summary>What is remembered, for how long, and how much of it.</summary>
public sealed class IdentityCacheTests
{
    private static readonly IdentityAnswer s_answer = IdentityAnswer.Of(IdentityError.NotFound);
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private readonly FakeTime _time = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Test]
    public void Find_UntilItsTime()
    {
        var cache = new IdentityCache(10, _time);
        cache.Keep(Name(1), s_answer, s_hour, cache.Forgotten);
        Assert.Equal(s_answer, cache.Find(Name(1)));
        _time.Now += s_hour;
        Assert.Null(cache.Find(Name(1)));
        Assert.Equal(0, cache.Count);
    }

    [Test]
    public void Forget_IsGone()
    {
        var cache = new IdentityCache(10, _time);
        cache.Keep(Name(1), s_answer, s_hour, cache.Forgotten);
        cache.Forget(Name(1));
        Assert.Null(cache.Find(Name(1)));
    }

    [Test]
    public void Keep_Many_StaysBoundedAndKeepsWhatIsAskedFor()
    {
        var cache = new IdentityCache(10, _time);
        cache.Keep(Name(0), s_answer, s_hour, cache.Forgotten);
        for (int i = 1; i < 100; i++)
        {
            cache.Keep(Name(i), s_answer, s_hour, cache.Forgotten);
            Assert.NotNull(cache.Find(Name(0)));
            Assert.NotNull(cache.Find(Name(i)));
            Assert.InRange(cache.Count, 1, 10);
        }

        Assert.Null(cache.Find(Name(1)));
    }

    private static Did Name(int number)
    {
        Assert.True(Did.TryParse($"did:plc:{number}", out var did));
        return did;
    }
}
