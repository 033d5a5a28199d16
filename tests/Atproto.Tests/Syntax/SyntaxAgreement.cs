using System.Text;
using Atproto.Syntax;

namespace Atproto.Tests.Syntax;

internal delegate bool BytesParser<T>(ReadOnlySpan<byte> text, out T value);

internal delegate bool CharsParser<T>(ReadOnlySpan<char> text, out T value);

/// <summary>All ways to check one identifier must say the same; this asks all of them.</summary>
internal static class SyntaxAgreement
{
    /// <summary>Checks the verdict, and the printed text of what was accepted.</summary>
    internal static void Check<T>(
        string text, string? expected, BytesParser<T> bytesParser, CharsParser<T> charsParser)
        where T : struct, ISyntax<T>
    {
        bool isValid = expected is not null;
        var bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(isValid, T.IsValid(bytes));
        Assert.Equal(isValid, bytesParser(bytes, out var fromBytes));
        Assert.Equal(isValid, charsParser(text, out var fromChars));
        Assert.Equal(isValid, Utf8<T>.TryParse(bytes, out var checkedBytes));
        Assert.Equal(isValid, checkedBytes.Bytes.Length > 0);
        Assert.Equal(fromBytes, fromChars);
        if (isValid) Assert.Equal(expected, fromBytes.ToString());
        else Assert.Equal(default, fromBytes);
    }
}
