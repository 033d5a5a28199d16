using Atproto.Syntax;

namespace Atproto.Tests.Syntax;

public sealed class DidTests
{
    [Theory]
    [InlineData("did:plc:z72i7hdynmk6r22z27h6tvur")]
    [InlineData("did:web:localhost%3A1234")]
    [InlineData("did:m:A._:%-b")]
    [InlineData("did:m::x")]
    public void TryParse_Did_IsKeptAsItIs(string text) => Check(text, text);

    [Theory]
    [InlineData("")]
    [InlineData("did:")]
    [InlineData("did::x")]
    [InlineData("did:m")]
    [InlineData("did:m:")]
    [InlineData("did:m:x:")]
    [InlineData("did:m:x%")]
    [InlineData("DID:m:x")]
    [InlineData("did:M:x")]
    [InlineData("did:m1:x")]
    [InlineData("did:m:x/y")]
    [InlineData("did:m:x?y")]
    [InlineData("did:m:x#y")]
    [InlineData("did:m:x\n")] // the true end
    [InlineData("did:m:é")]
    public void TryParse_OtherText_IsRefused(string text) => Check(text, null);

    [Theory]
    [InlineData(2048, true)]
    [InlineData(2049, false)]
    public void TryParse_Length_IsLimited(int length, bool isValid)
    {
        var text = "did:m:".PadRight(length, 'x');
        Check(text, isValid ? text : null);
    }

    [Fact]
    public void Equals_Case_Matters()
    {
        Assert.True(Did.TryParse("did:m:x", out var lower));
        Assert.True(Did.TryParse("did:m:X", out var upper));
        Assert.NotEqual(lower, upper);
    }

    private static void Check(string text, string? expected) =>
        SyntaxAgreement.Check<Did>(text, expected, Did.TryParse, Did.TryParse);
}
