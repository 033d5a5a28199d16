using Atproto.Syntax;

namespace Atproto.Tests.Syntax;

public sealed class DidTests
{
    [Test]
    [Arguments("did:plc:z72i7hdynmk6r22z27h6tvur")]
    [Arguments("did:web:localhost%3A1234")]
    [Arguments("did:m:A._:%-b")]
    [Arguments("did:m::x")]
    public void TryParse_Did_IsKeptAsItIs(string text) => Check(text, text);

    [Test]
    [Arguments("")]
    [Arguments("did:")]
    [Arguments("did::x")]
    [Arguments("did:m")]
    [Arguments("did:m:")]
    [Arguments("did:m:x:")]
    [Arguments("did:m:x%")]
    [Arguments("DID:m:x")]
    [Arguments("did:M:x")]
    [Arguments("did:m1:x")]
    [Arguments("did:m:x/y")]
    [Arguments("did:m:x?y")]
    [Arguments("did:m:x#y")]
    [Arguments("did:m:x\n")] // the true end
    [Arguments("did:m:é")]
    public void TryParse_OtherText_IsRefused(string text) => Check(text, null);

    [Test]
    [Arguments(2048, true)]
    [Arguments(2049, false)]
    public void TryParse_Length_IsLimited(int length, bool isValid)
    {
        var text = "did:m:".PadRight(length, 'x');
        Check(text, isValid ? text : null);
    }

    [Test]
    public void Equals_Case_Matters()
    {
        Assert.True(Did.TryParse("did:m:x", out var lower));
        Assert.True(Did.TryParse("did:m:X", out var upper));
        Assert.NotEqual(lower, upper);
    }

    private static void Check(string text, string? expected) =>
        SyntaxAgreement.Check<Did>(text, expected, Did.TryParse, Did.TryParse);
}
