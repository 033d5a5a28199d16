using System.Text;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Tests.Xrpc;

public sealed class MimeTypeTests
{
    [Test]
    [Arguments("image/png")]
    [Arguments("*/*")]
    [Arguments("text/plain;charset=utf-8")]
    [Arguments("text/plain; charset=utf-8")]
    [Arguments("text/plain ;\t charset=utf-8 ; a=b")]
    [Arguments("video/mp4; codecs=\"avc1.42E01E, mp4a.40.2\"")]
    [Arguments("text/x;a=\"\"")]
    [Arguments("text/x;a=\"\\\"\\\\ ;\t\"")]
    public void ForHeader_MediaType_IsSentAsItIs(string type) =>
        Assert.Equal(type, Encoding.ASCII.GetString(MimeType.ForHeader(type)));

    [Test]
    [Arguments("")]
    [Arguments("text")]
    [Arguments("/plain")]
    [Arguments("text/")]
    [Arguments(" text/plain")]
    [Arguments("text/plain ")]
    [Arguments("text /plain")]
    [Arguments("text/plain/x")]
    [Arguments("text/plain;")]
    [Arguments("text/plain; ")]
    [Arguments("text/plain charset=utf-8")]
    [Arguments("text/plain; charset")]
    [Arguments("text/plain; charset=")]
    [Arguments("text/plain; =utf-8")]
    [Arguments("text/plain; charset = utf-8")]
    [Arguments("text/plain; charset=\"utf-8")]
    [Arguments("text/plain; charset=\"utf-8\\")]
    [Arguments("text/plain; charset=\"utf-8\\\"")]
    [Arguments("text/plain; charset=\"utf-8\"x")]
    [Arguments("text/plain\r\nSet-Cookie: a=b")]
    [Arguments("text/plain; a=\"\r\nSet-Cookie: a=b\"")]
    [Arguments("text/plain; a=\"\\\r\\\nSet-Cookie: a=b\"")]
    [Arguments("text/plain; a=\"\0\"")]
    [Arguments("text/plain; a=\"\u007f\"")]
    [Arguments("text/plain; a=\"ä\"")]
    [Arguments("text/pläin")]
    [Arguments("text/plain, text/html")]
    public void ForHeader_AnythingElse_IsOfUnknownType(string text) =>
        Assert.Equal(MimeType.Unknown, Encoding.ASCII.GetString(MimeType.ForHeader(text)));

    [Test]
    public void IsSafe_AnyText_LeavesNoWayOutOfTheHeader()
    {
        const string Alphabet = "a/;=\"\\ \t\r\n\0é*";
        int seed = Environment.GetEnvironmentVariable("PDS_TEST_SEED") is { } text
            ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        Console.WriteLine($"PDS_TEST_SEED={seed}");
        var random = new Random(seed);
        for (int i = 0; i < 200_000; i++)
        {
            string type = "a/b" + new string(random.GetItems<char>(Alphabet, random.Next(12)));
            if (!MimeType.IsSafe(type)) continue;
            Assert.DoesNotContain(type, c => c is not '\t' and (< ' ' or > '~'));
        }
    }
}
