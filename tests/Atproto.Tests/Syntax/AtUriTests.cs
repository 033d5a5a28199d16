using Atproto.Syntax;

namespace Atproto.Tests.Syntax;

public sealed class AtUriTests
{
    [Test]
    [Arguments("at://did:m:x", "did:m:x", null, null)]
    [Arguments("at://Alice.com", "alice.com", null, null)]
    [Arguments("at://did:m:x/a.b.c", "did:m:x", "a.b.c", null)]
    [Arguments("at://did:m:x/a.b.c/self", "did:m:x", "a.b.c", "self")]
    public void TryParse_AtUri_HasItsParts(
        string text, string authority, string? collection, string? rkey)
    {
        Check(text, text);
        Assert.True(AtUri.TryParse(text, out var uri));
        Assert.Equal(authority, uri.Authority.ToString());
        Assert.Equal(collection, uri.Collection?.ToString());
        Assert.Equal(rkey, uri.RecordKey?.ToString());
    }

    [Test]
    [Arguments("")]
    [Arguments("at://")]
    [Arguments("AT://did:m:x")]
    [Arguments("at:/did:m:x")]
    [Arguments("at://did:m:x/")]
    [Arguments("at://did:m:x/a.b")]
    [Arguments("at://did:m:x/a.b.c/")]
    [Arguments("at://did:m:x/a.b.c/self/")]
    [Arguments("at://did:m:x/a.b.c/..")]
    [Arguments("at://did:m:x//self")]
    [Arguments("at://did:m:x?q")]
    [Arguments("at://did:m:x/a.b.c/self#f")]
    [Arguments("at://did:m:x/a.b.c/self\n")]
    public void TryParse_OtherText_IsRefused(string text) => Check(text, null);

    [Test]
    public void TryParse_LongestParts_AreBelowTheLimit()
    {
        var text = $"at://{"did:m:".PadRight(2048, 'x')}/a.b.c/{new string('k', 512)}";
        Check(text, text);
        Check(text + new string('k', AtUri.LengthMax), null);
    }

    [Test]
    public void Parts_OfDefault_AreNone()
    {
        AtUri uri = default;
        Assert.Equal(default, uri.Authority);
        Assert.Null(uri.Collection);
        Assert.Null(uri.RecordKey);
    }

    private static void Check(string text, string? expected) =>
        SyntaxAgreement.Check<AtUri>(text, expected, AtUri.TryParse, AtUri.TryParse);
}
