using Atproto.Syntax;

namespace Atproto.Tests.Syntax;

public sealed class NsidTests
{
    [Theory]
    [InlineData("app.bsky.feed.post")]
    [InlineData("a.b.c")]
    [InlineData("a.0.c")]
    [InlineData("a-1.b--2.cC3")]
    public void TryParse_Nsid_IsKeptAsItIs(string text) => Check(text, text);

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("a.b.")]
    [InlineData(".a.b.c")]
    [InlineData("a..b.c")]
    [InlineData("a.b.c.")]
    [InlineData("0a.b.c")]
    [InlineData("a.b.0c")]
    [InlineData("a.b.c-d")]
    [InlineData("a-.b.c")]
    [InlineData("a.-b.c")]
    [InlineData("a.b-.c")]
    [InlineData("a.b.c_d")]
    [InlineData("a.b.*")]
    [InlineData("a.b.c\n")]
    [InlineData("a.b.é")]
    public void TryParse_OtherText_IsRefused(string text) => Check(text, null);

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void TryParse_SegmentLength_IsLimited(int length, bool isValid)
    {
        var segment = new string('s', length);
        foreach (var text in (string[])[$"{segment}.b.c", $"a.{segment}.c", $"a.b.{segment}"])
        {
            Check(text, isValid ? text : null);
        }
    }

    [Theory]
    [InlineData(317, true)]
    [InlineData(318, false)]
    public void TryParse_Length_IsLimited(int length, bool isValid)
    {
        var segments = string.Concat(Enumerable.Repeat("abcdefghi.", 30));
        var text = segments + new string('z', length - segments.Length);
        Check(text, isValid ? text : null);
    }

    private static void Check(string text, string? expected) =>
        SyntaxAgreement.Check<Nsid>(text, expected, Nsid.TryParse, Nsid.TryParse);
}
