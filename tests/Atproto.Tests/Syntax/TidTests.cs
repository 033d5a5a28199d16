using System.Globalization;
using Atproto.Syntax;

namespace Atproto.Tests.Syntax;

public sealed class TidTests
{
    [Test]
    [Arguments("2222222222222", 0UL, 0, 0)]
    [Arguments("3jzfcijpj2z2a", 1728652679052295174UL, 1688137381887007, 6)]
    [Arguments("7777777777777", 5950562604422436005UL, 5811096293381285, 165)]
    [Arguments("bzzzzzzzzzzzz", 9223372036854775807UL, 9007199254740991, 1023)]
    [Arguments("jzzzzzzzzzzzz", 18446744073709551615UL, 18014398509481983, 1023)] // unsigned
    public void Value_KnownTids_IsTheirNumber(
        string text, ulong value, long microseconds, int clockId)
    {
        Check(text, text);
        Assert.True(Tid.TryParse(text, out var tid));
        Assert.Equal(value, tid.Value);
        Assert.Equal(microseconds, tid.Microseconds);
        Assert.Equal(clockId, tid.ClockId);
    }

    [Test]
    [Arguments("")]
    [Arguments("222222222222")]
    [Arguments("22222222222222")]
    [Arguments("k222222222222")] // 2^64
    [Arguments("3JZFCIJPJ2Z2A")]
    [Arguments("3jzf-cij-pj2z-2a")]
    [Arguments("3jzfcijpj2z21")]
    [Arguments("3jzfcijpj2z28")]
    [Arguments("3jzfcijpj2z2\n")]
    [Arguments("3jzfcijpj2z2é")]
    public void TryParse_OtherText_IsRefused(string text) => Check(text, null);

    [Test]
    public void CompareTo_RandomTids_OrdersLikeTheirTexts()
    {
        var seed = Environment.GetEnvironmentVariable("PDS_SEED") is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : Environment.TickCount;
        Console.WriteLine($"PDS_SEED={seed}");
        var random = new Random(seed);
        for (int i = 0; i < 1000; i++)
        {
            var left = new Tid((ulong)random.NextInt64() << random.Next(2));
            var right = new Tid((ulong)random.NextInt64() << random.Next(2));
            var expected = Math.Sign(string.CompareOrdinal(left.ToString(), right.ToString()));
            Assert.Equal(expected, Math.Sign(left.CompareTo(right)));
            Assert.Equal((expected < 0, expected <= 0, expected > 0, expected >= 0),
                (left < right, left <= right, left > right, left >= right));
            Check(left.ToString(), left.ToString());
        }
    }

    private static void Check(string text, string? expected)
    {
        // The default value is a TID as well, so a refused one must not be compared with it.
        if (expected == "2222222222222") Assert.Equal(expected, default(Tid).ToString());
        SyntaxAgreement.Check<Tid>(text, expected, Tid.TryParse, Tid.TryParse);
    }
}
