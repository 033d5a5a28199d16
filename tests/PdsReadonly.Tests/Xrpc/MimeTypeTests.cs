using System.Text;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Tests.Xrpc;

public sealed class MimeTypeTests
{
    [Theory]
    [InlineData("image/png")]
    [InlineData("*/*")]
    [InlineData("text/plain;charset=utf-8")]
    [InlineData("text/plain; charset=utf-8")]
    [InlineData("text/plain ;\t charset=utf-8 ; a=b")]
    [InlineData("video/mp4; codecs=\"avc1.42E01E, mp4a.40.2\"")]
    [InlineData("text/x;a=\"\"")]
    [InlineData("text/x;a=\"\\\"\\\\ ;\t\"")]
    public void ForHeader_MediaType_IsSentAsItIs(string type) =>
        Assert.Equal(type, Encoding.ASCII.GetString(MimeType.ForHeader(type)));

    [Theory]
    [InlineData("")]
    [InlineData("text")]
    [InlineData("/plain")]
    [InlineData("text/")]
    [InlineData(" text/plain")]
    [InlineData("text/plain ")]
    [InlineData("text /plain")]
    [InlineData("text/plain/x")]
    [InlineData("text/plain;")]
    [InlineData("text/plain; ")]
    [InlineData("text/plain charset=utf-8")]
    [InlineData("text/plain; charset")]
    [InlineData("text/plain; charset=")]
    [InlineData("text/plain; =utf-8")]
    [InlineData("text/plain; charset = utf-8")]
    [InlineData("text/plain; charset=\"utf-8")]
    [InlineData("text/plain; charset=\"utf-8\\")]
    [InlineData("text/plain; charset=\"utf-8\\\"")]
    [InlineData("text/plain; charset=\"utf-8\"x")]
    [InlineData("text/plain\r\nSet-Cookie: a=b")]
    [InlineData("text/plain; a=\"\r\nSet-Cookie: a=b\"")]
    [InlineData("text/plain; a=\"\\\r\\\nSet-Cookie: a=b\"")]
    [InlineData("text/plain; a=\"\0\"")]
    [InlineData("text/plain; a=\"\u007f\"")]
    [InlineData("text/plain; a=\"ä\"")]
    [InlineData("text/pläin")]
    [InlineData("text/plain, text/html")]
    public void ForHeader_AnythingElse_IsOfUnknownType(string text) =>
        Assert.Equal(MimeType.Unknown, Encoding.ASCII.GetString(MimeType.ForHeader(text)));

    [Fact]
    public void IsSafe_AnyText_LeavesNoWayOutOfTheHeader()
    {
        const string Alphabet = "a/;=\"\\ \t\r\n\0é*";
        int seed = Environment.GetEnvironmentVariable("PDS_TEST_SEED") is { } text
            ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"PDS_TEST_SEED={seed}");
        var random = new Random(seed);
        for (int i = 0; i < 200_000; i++)
        {
            string type = "a/b" + new string(random.GetItems<char>(Alphabet, random.Next(12)));
            if (!MimeType.IsSafe(type)) continue;
            Assert.DoesNotContain(type, c => c is not '\t' and (< ' ' or > '~'));
        }
    }
}
