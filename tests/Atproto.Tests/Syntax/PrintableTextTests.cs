using Atproto.Syntax;

namespace Atproto.Tests.Syntax;

/// <summary>Text from outside, on its way to a log or a terminal.</summary>
public sealed class PrintableTextTests
{
    [Test]
    [Arguments("RepoNotFound: no such repo", "RepoNotFound: no such repo")]
    [Arguments("grüße, 世界 🦋", "grüße, 世界 🦋")]
    [Arguments("", "")]
    [Arguments("a\x1b[2Jb", "a\\u{1b}[2Jb")]  // clears a terminal
    [Arguments("a\rb\nc\td", "a\\u{d}b\\u{a}c\\u{9}d")]
    [Arguments("\u009b31m", "\\u{9b}31m")]  // the same in one character of Latin-1
    [Arguments("\u007f\0", "\\u{7f}\\u{0}")]
    [Arguments("a\u2028b\u2029c", "a\\u{2028}b\\u{2029}c")]
    [Arguments("\u202egnp.exe", "\\u{202e}gnp.exe")]  // writes from right to left
    public void Of_Text_HasNoControlOfTheTerminalLeft(string text, string expected) =>
        Assert.Equal(expected, PrintableText.Of(text));

    [Test]
    public void Of_UnpairedSurrogate_IsReplaced() =>
        Assert.Equal("a\ufffdb", PrintableText.Of("a\ud800b"));

    [Test]
    public void Of_LongText_IsCutAtTheLimitAndNotBefore()
    {
        Assert.Equal("abc", PrintableText.Of("abc", charsMax: 3));
        Assert.Equal("abc…", PrintableText.Of("abcd", charsMax: 3));
        // In the middle of a character of two halves.
        Assert.Equal("ab\ufffd…", PrintableText.Of("ab🦋", charsMax: 3));
    }
}
