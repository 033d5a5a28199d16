namespace Tidy.Tests.Sources;

public sealed class CodeTextTests
{
    [Test]
    [Arguments("a // b\nc", "a     \nc")]
    [Arguments("a /* b\n */ c", "a     \n    c")]
    [Arguments("x = \"a\\\"b\" + y", "x =        + y")]
    [Arguments("x = @\"a\"\"b\" + y", "x =         + y")]
    [Arguments("x = \"\"\"a\"b\"\"\" + y", "x =           + y")]
    [Arguments("x = $\"a{d[\"k\"]}b\" + y", "x =               + y")]
    [Arguments("x = $\"{{\" + y", "x =       + y")]
    [Arguments("x = '\"'; y", "x =    ; y")]
    [Arguments("x = '\\''; y", "x =     ; y")]
    [Arguments("@class + $x", "@class + $x")]
    [Arguments("x = \"open", "x =      ")]
    public void Strip_CommentsAndLiterals_LeavesTheCodeInPlace(string text, string expected) =>
        Assert.Equal(expected, CodeText.Strip(text));
}
