namespace Tidy.Tests.Sources;

public sealed class CodeTextTests
{
    [Theory]
    [InlineData("a // b\nc", "a     \nc")]
    [InlineData("a /* b\n */ c", "a     \n    c")]
    [InlineData("x = \"a\\\"b\" + y", "x =        + y")]
    [InlineData("x = @\"a\"\"b\" + y", "x =         + y")]
    [InlineData("x = \"\"\"a\"b\"\"\" + y", "x =           + y")]
    [InlineData("x = $\"a{d[\"k\"]}b\" + y", "x =               + y")]
    [InlineData("x = $\"{{\" + y", "x =       + y")]
    [InlineData("x = '\"'; y", "x =    ; y")]
    [InlineData("x = '\\''; y", "x =     ; y")]
    [InlineData("@class + $x", "@class + $x")]
    [InlineData("x = \"open", "x =      ")]
    public void Strip_CommentsAndLiterals_LeavesTheCodeInPlace(string text, string expected) =>
        Assert.Equal(expected, CodeText.Strip(text));
}
