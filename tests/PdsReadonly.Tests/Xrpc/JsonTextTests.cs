using PdsReadonly.Xrpc;

namespace PdsReadonly.Tests.Xrpc;

public sealed class JsonTextTests
{
    [Test]
    [Arguments("", "")]
    [Arguments("plain /'<>&", "plain /'<>&")]
    [Arguments("\"\\", "\\\"\\\\")]
    [Arguments("\b\f\n\r\t", "\\b\\f\\n\\r\\t")]
    [Arguments("\0\u001f", "\\u0000\\u001f")]
    [Arguments("\u007f\u00e9\u2028\U0001F600", "\u007f\u00e9\u2028\U0001F600")]
    public void Escape_Text_IsAsJavaScriptWritesIt(string text, string expected)
    {
        Assert.Equal(expected, JsonText.Escape(text));
    }

    [Test]
    public void Escape_LoneSurrogates_AreEscaped()
    {
        Assert.Equal("\\ud83dx\\ude00\\ud83d", JsonText.Escape("\ud83dx\ude00\ud83d"));
    }
}
