using System.Text;
using Atproto.Crypto;
using Atproto.Identity;
using Atproto.Syntax;

namespace Atproto.Tests.Identity;

public sealed class DidDocumentTests
{
    private const string Account = "did:web:alice.example.com";
    private const string Multikey = "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme";

    private static readonly Did AccountDid = Parse(Account);

    [Test]
    public void TryParse_WholeDocument_GivesWhatAtprotoReads()
    {
        var document = Read(
            $$"""
            {
              "@context": ["https://www.w3.org/ns/did/v1"],
              "id": "{{Account}}",
              "alsoKnownAs": ["https://a.example", 5, "at://not a handle",
                "at://Alice.Example.com", "at://b.c"],
              "verificationMethod": [
                {{Method("#other", "Multikey", "zDn")}},
                {{Method("#atproto", "Multikey", Multikey)}}
              ],
              "service": [{
                "id": "{{Account}}#atproto_pds",
                "type": "AtprotoPersonalDataServer",
                "serviceEndpoint": "https://pds.example.com/"
              }]
            }
            """);
        Assert.Equal(AccountDid, document.Did);
        Assert.Equal("alice.example.com", document.Handle.ToString());
        Assert.Equal("did:key:" + Multikey, document.SigningKey!.ToString());
        Assert.Equal(KeyError.None, document.SigningKeyError);
        Assert.Equal("https://pds.example.com", document.PdsEndpoint);
    }

    [Test]
    public void Json_SpacesAndEscapes_AreMinifiedNotChanged()
    {
        var document = Read($$"""{ "id" : "{{Account}}" , "x" : [ 1.50, "<é&\u00e9" ] }""");
        Assert.Equal(
            $$"""{"id":"{{Account}}","x":[1.50,"<é&é"]}""",
            Encoding.UTF8.GetString(document.Json.Span));
    }

    [Test]
    public void TryParse_IdAlone_IsADocument()
    {
        var document = Read($$"""{"id":"{{Account}}"}""");
        Assert.Null(document.Handle);
        Assert.Null(document.SigningKey);
        Assert.Equal(KeyError.None, document.SigningKeyError);
        Assert.Null(document.PdsEndpoint);
    }

    [Test]
    [Arguments("Multikey", Multikey)]
    [Arguments(
        "EcdsaSecp256r1VerificationKey2019", "zxdM8dSstjrpZaRUwBmDvjGXweKuEMVN95A9oJBFjkWMh")]
    [Arguments(
        "EcdsaSecp256k1VerificationKey2019", "z25z9DTpsiYYJKGsWmSPJK2NFN8PcJtZig12K59UgW7q5t")]
    public void SigningKey_EachType_IsRead(string type, string text)
    {
        var document = ReadWithMethod(Method(Account + "#atproto", type, text));
        Assert.NotNull(document.SigningKey);
    }

    [Test]
    public void SigningKey_SeveralThatFit_IsTheFirst()
    {
        var second = Method(
            "#atproto", "Multikey", "zDnaembgSGUhZULN2Caob4HLJPaxBh92N7rtH21TErzqf8HQo");
        var document = ReadWithMethod(Method("#atproto", "Multikey", Multikey) + "," + second);
        Assert.Equal("did:key:" + Multikey, document.SigningKey!.ToString());
    }

    [Test]
    [Arguments("#atproto_label", "Multikey", Account)]
    [Arguments("did:web:bob.example.com#atproto", "Multikey", Account)]
    [Arguments("#atproto", "JsonWebKey2020", Account)]
    [Arguments("#atproto", "Multikey", "did:web:bob.example.com")]
    public void SigningKey_EntryForSomethingElse_IsPassedOver(
        string id, string type, string controller)
    {
        var document = ReadWithMethod(Method(id, type, Multikey, controller));
        Assert.Null(document.SigningKey);
        Assert.Equal(KeyError.None, document.SigningKeyError);
    }

    [Test]
    [Arguments("", KeyError.NotBase58)]
    [Arguments( // ed25519
        "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp", KeyError.UnknownCodec)]
    public void SigningKey_UnusableKey_SaysWhy(string text, KeyError expected)
    {
        var document = ReadWithMethod(Method("#atproto", "Multikey", text));
        Assert.Null(document.SigningKey);
        Assert.Equal(expected, document.SigningKeyError);
    }

    [Test]
    [Arguments("https://pds.example.com", "https://pds.example.com")]
    [Arguments("http://localhost:2583", "http://localhost:2583")]
    [Arguments("https://pds.example.com/path", null)]
    [Arguments("https://pds.example.com?q", null)]
    [Arguments("https://pds.example.com#f", null)]
    [Arguments("https://user@pds.example.com", null)]
    [Arguments("ftp://pds.example.com", null)]
    [Arguments("pds.example.com", null)]
    [Arguments("", null)]
    public void PdsEndpoint_Url_IsAnOriginOrNothing(string url, string? expected)
    {
        var document = Read(
            $$"""
            {"id":"{{Account}}","service":[{"id":"#atproto_pds",
            "type":"AtprotoPersonalDataServer","serviceEndpoint":"{{url}}"}]}
            """);
        Assert.Equal(expected, document.PdsEndpoint);
    }

    [Test]
    [Arguments("""{"id":"did:web:bob.example.com"}""", DidDocumentError.WrongDid)]
    [Arguments("""{"id":5}""", DidDocumentError.NotADocument)]
    [Arguments("{}", DidDocumentError.NotADocument)]
    [Arguments("[]", DidDocumentError.NotADocument)]
    [Arguments("", DidDocumentError.NotJson)]
    [Arguments("""{"id":"did:web:alice.example.com","x":"\udc00"}""", DidDocumentError.NotJson)]
    public void TryParse_OtherInput_IsRefusedByCode(string json, DidDocumentError expected)
    {
        Assert.Equal(expected, TryParse(Encoding.UTF8.GetBytes(json), out var document));
        Assert.Null(document);
    }

    [Test]
    [Arguments(31, DidDocumentError.None)]
    [Arguments(32, DidDocumentError.NotJson)]
    public void TryParse_Nesting_IsLimited(int arrays, DidDocumentError expected)
    {
        var nested = new string('[', arrays) + new string(']', arrays);
        var json = $$"""{"id":"{{Account}}","x":{{nested}}}""";
        Assert.Equal(expected, TryParse(Encoding.UTF8.GetBytes(json), out _));
    }

    [Test]
    [Arguments(0, DidDocumentError.None)]
    [Arguments(1, DidDocumentError.TooLarge)]
    public void TryParse_Size_IsLimited(int bytesOver, DidDocumentError expected)
    {
        var json = $$"""{"id":"{{Account}}"}""".PadRight(DidDocument.BytesMax + bytesOver);
        Assert.Equal(expected, TryParse(Encoding.UTF8.GetBytes(json), out _));
    }

    [Test]
    public void TryParse_CutAnywhere_IsNotJson()
    {
        var json = Encoding.UTF8.GetBytes(
            $$"""{"id":"{{Account}}","alsoKnownAs":["at://é.example"]}""");
        for (int length = 0; length < json.Length; length++)
        {
            Assert.Equal(DidDocumentError.NotJson, TryParse(json.AsMemory(0, length), out _));
        }
    }

    [Test]
    public void TryParse_BytesThatAreNoText_IsNotJson()
    {
        byte[] json = [.. "{\"id\":\""u8, 0xff, .. "\"}"u8];
        Assert.Equal(DidDocumentError.NotJson, TryParse(json, out _));
    }

    private static string Method(string id, string type, string key, string controller = Account) =>
        $$"""
        {"id":"{{id}}","type":"{{type}}","controller":"{{controller}}",
        "publicKeyMultibase":"{{key}}"}
        """;

    private static DidDocument ReadWithMethod(string method) =>
        Read($$"""{"id":"{{Account}}","verificationMethod":[{{method}}]}""");

    private static DidDocument Read(string json)
    {
        var error = TryParse(Encoding.UTF8.GetBytes(json), out var document);
        Assert.Equal(DidDocumentError.None, error);
        return document!;
    }

    private static DidDocumentError TryParse(
        ReadOnlyMemory<byte> json, out DidDocument? document) =>
        DidDocument.TryParse(json, AccountDid, out document);

    private static Did Parse(string text)
    {
        Assert.True(Did.TryParse(text, out var did));
        return did;
    }
}
