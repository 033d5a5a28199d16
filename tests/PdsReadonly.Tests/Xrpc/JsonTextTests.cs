using PdsReadonly.Xrpc;

namespace PdsReadonly.Tests.Xrpc;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain /'<>&", "plain /'<>&")]
    [InlineData("\"\\", "\\\"\\\\")]
    [InlineData("\b\f\n\r\t", "\\b\\f\\n\\r\\t")]
    [InlineData("\0\u001f", "\\u0000\\u001f")]
    [InlineData("\u007f\u00e9\u2028\U0001F600", "\u007f\u00e9\u2028\U0001F600")]
    public void Escape_Text_IsAsJavaScriptWritesIt(string text, string expected)
    {
        Assert.Equal(expected, JsonText.Escape(text));
    }

    [Fact]
    public void Escape_LoneSurrogates_AreEscaped()
    {
        Assert.Equal("\\ud83dx\\ude00\\ud83d", JsonText.Escape("\ud83dx\ude00\ud83d"));
    }
}
