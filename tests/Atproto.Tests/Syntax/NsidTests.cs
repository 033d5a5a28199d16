using Atproto.Syntax;

namespace Atproto.Tests.Syntax;

public sealed class NsidTests
{
    [Test]
    [Arguments("app.bsky.feed.post")]
    [Arguments("a.b.c")]
    [Arguments("a.0.c")]
    [Arguments("a-1.b--2.cC3")]
    public void TryParse_Nsid_IsKeptAsItIs(string text) => Check(text, text);

    [Test]
    [Arguments("")]
    [Arguments("a.b")]
    [Arguments("a.b.")]
    [Arguments(".a.b.c")]
    [Arguments("a..b.c")]
    [Arguments("a.b.c.")]
    [Arguments("0a.b.c")]
    [Arguments("a.b.0c")]
    [Arguments("a.b.c-d")]
    [Arguments("a-.b.c")]
    [Arguments("a.-b.c")]
    [Arguments("a.b-.c")]
    [Arguments("a.b.c_d")]
    [Arguments("a.b.*")]
    [Arguments("a.b.c\n")]
    [Arguments("a.b.é")]
    public void TryParse_OtherText_IsRefused(string text) => Check(text, null);

    [Test]
    [Arguments(63, true)]
    [Arguments(64, false)]
    public void TryParse_SegmentLength_IsLimited(int length, bool isValid)
    {
        var segment = new string('s', length);
        foreach (var text in (string[])[$"{segment}.b.c", $"a.{segment}.c", $"a.b.{segment}"])
        {
            Check(text, isValid ? text : null);
        }
    }

    [Test]
    [Arguments(317, true)]
    [Arguments(318, false)]
    public void TryParse_Length_IsLimited(int length, bool isValid)
    {
        var segments = string.Concat(Enumerable.Repeat("abcdefghi.", 30));
        var text = segments + new string('z', length - segments.Length);
        Check(text, isValid ? text : null);
    }

    private static void Check(string text, string? expected) =>
        SyntaxAgreement.Check<Nsid>(text, expected, Nsid.TryParse, Nsid.TryParse);
}
