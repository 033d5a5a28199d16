using Atproto.Syntax;

namespace Atproto.Tests.Syntax;

public sealed class RecordKeyTests
{
    [Test]
    [Arguments("self")]
    [Arguments("3jzfcijpj2z2a")]
    [Arguments("~1.2-3_")]
    [Arguments("pre:fix")]
    [Arguments(":")]
    [Arguments("...")]
    [Arguments(".a")]
    public void TryParse_RecordKey_IsKeptAsItIs(string text) => Check(text, text);

    [Test]
    [Arguments("")]
    [Arguments(".")]
    [Arguments("..")]
    [Arguments("a/b")]
    [Arguments("a b")]
    [Arguments("a%20")]
    [Arguments("self\n")]
    [Arguments("é")]
    public void TryParse_OtherText_IsRefused(string text) => Check(text, null);

    [Test]
    [Arguments(512, true)]
    [Arguments(513, false)]
    public void TryParse_Length_IsLimited(int length, bool isValid)
    {
        var text = new string('k', length);
        Check(text, isValid ? text : null);
    }

    private static void Check(string text, string? expected) =>
        SyntaxAgreement.Check<RecordKey>(text, expected, RecordKey.TryParse, RecordKey.TryParse);
}
