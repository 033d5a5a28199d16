using Atproto.Syntax;

namespace Atproto.Tests.Syntax;

public sealed class RecordKeyTests
{
    [Theory]
    [InlineData("self")]
    [InlineData("3jzfcijpj2z2a")]
    [InlineData("~1.2-3_")]
    [InlineData("pre:fix")]
    [InlineData(":")]
    [InlineData("...")]
    [InlineData(".a")]
    public void TryParse_RecordKey_IsKeptAsItIs(string text) => Check(text, text);

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("a%20")]
    [InlineData("self\n")]
    [InlineData("é")]
    public void TryParse_OtherText_IsRefused(string text) => Check(text, null);

    [Theory]
    [InlineData(512, true)]
    [InlineData(513, false)]
    public void TryParse_Length_IsLimited(int length, bool isValid)
    {
        var text = new string('k', length);
        Check(text, isValid ? text : null);
    }

    private static void Check(string text, string? expected) =>
        SyntaxAgreement.Check<RecordKey>(text, expected, RecordKey.TryParse, RecordKey.TryParse);
}
