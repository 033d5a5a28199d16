using Atproto.Syntax;

namespace Atproto.Tests.Syntax;

public sealed class AtIdentifierTests
{
    [Test]
    [Arguments("did:web:Alice.com", "did:web:Alice.com")]
    [Arguments("Alice.com", "alice.com")]
    [Arguments("did.example", "did.example")]
    [Arguments("did:web:", null)]
    [Arguments("alice", null)]
    [Arguments("@alice.com", null)]
    [Arguments("", null)]
    [Arguments("alice.com\n", null)]
    public void TryParse_Text_IsDidOrHandle(string text, string? expected) =>
        SyntaxAgreement.Check<AtIdentifier>(
            text, expected, AtIdentifier.TryParse, AtIdentifier.TryParse);

    [Test]
    public void Did_OfDid_IsThatDid()
    {
        Assert.True(AtIdentifier.TryParse("did:m:x", out var identifier));
        Assert.Equal("did:m:x", identifier.Did.ToString());
        Assert.Null(identifier.Handle);
        Assert.Equal(new AtIdentifier(identifier.Did!.Value), identifier);
    }

    [Test]
    public void Handle_OfHandle_IsThatHandle()
    {
        Assert.True(AtIdentifier.TryParse("A.com", out var identifier));
        Assert.Equal("a.com", identifier.Handle.ToString());
        Assert.Null(identifier.Did);
        Assert.Equal(new AtIdentifier(identifier.Handle!.Value), identifier);
    }
}
