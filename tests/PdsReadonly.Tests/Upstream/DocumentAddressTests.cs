using Atproto.Syntax;
using PdsReadonly.Upstream;

namespace PdsReadonly.Tests.Upstream;

/// <summary>Where documents are to be found.</summary>
public sealed class DocumentAddressTests
{
    private const string Plc = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";
    private const string File = "/.well-known/did.json";

    [Test]
    [Arguments(Plc, "https://plc.example/" + Plc)]
    [Arguments("did:plc:ewvi7nxzyoun6zhxrhs64oi", null)]  // 23 characters
    [Arguments("did:plc:ewvi7nxzyoun6zhxrhs64oizz", null)]
    [Arguments("did:plc:ewvi7nxzyoun6zhxrhs64oi1", null)]  // 1 is no digit of base 32
    [Arguments("did:plc:EWVI7NXZYOUN6ZHXRHS64OIZ", null)]
    [Arguments("did:web:alice.test", "https://alice.test" + File)]
    [Arguments("did:web:alice.test%3A8443", "https://alice.test:8443" + File)]
    [Arguments("did:web:alice.test%3a443", "https://alice.test" + File)]
    [Arguments("did:web:alice.test%3A0", null)]
    [Arguments("did:web:alice.test%3A65536", null)]
    [Arguments("did:web:alice.test%3A99999999999", null)]
    [Arguments("did:web:alice.test%3A80%3A80", null)]
    [Arguments("did:web:alice.test%3Aa", null)]
    [Arguments("did:web:alice.test:path", null)]
    [Arguments("did:web:alice.test%2Fpath", null)]
    [Arguments("did:web:alice", null)]
    [Arguments("did:web:127.0.0.1", null)]
    [Arguments("did:web:localhost", null)]
    [Arguments("did:web:localhost%3A80", null)]
    [Arguments("did:key:zQ3shXjHeiBuRCKmM36cuYnm7YEMzhGnCmCyW92sRJ9pribSF", null)]
    public void Of_EachForm(string did, string? expected) =>
        Assert.Equal(expected, Of(did, allowLocal: false)?.AbsoluteUri);

    [Test]
    [Arguments("did:web:localhost", "http://localhost" + File)]
    [Arguments("did:web:localhost%3A2583", "http://localhost:2583" + File)]
    [Arguments("did:web:alice.test", "https://alice.test" + File)]
    [Arguments("did:web:localhost:path", null)]
    public void Of_LocalAllowed(string did, string? expected) =>
        Assert.Equal(expected, Of(did, allowLocal: true)?.AbsoluteUri);

    [Test]
    public void Of_DirectoryBelowAPath_KeepsIt() => Assert.Equal(
        "http://127.0.0.1:2582/plc/" + Plc,
        DocumentAddress.Of(Parse(Plc), new Uri("http://127.0.0.1:2582/plc/"), false)?.AbsoluteUri);

    private static Uri? Of(string did, bool allowLocal) =>
        DocumentAddress.Of(Parse(did), new Uri("https://plc.example"), allowLocal);

    private static Did Parse(string text)
    {
        Assert.True(Did.TryParse(text, out var did));
        return did;
    }
}
