using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

public sealed class FencedCodeTests
{
    [Fact]
    public void Find_ThisTree_FindsNothing() => ThisTree.Keeps(FencedCode.Find);

    [Theory]
    [InlineData("internal static unsafe class A;")]
    [InlineData("var x = MemoryMarshal.Cast<byte, int>(y);")]
    [InlineData("var x = Unsafe.As<A>(y);")]
    [InlineData("#pragma warning disable CA1822")]
    public void Find_OutsideTheFence_IsFound(string text) =>
        Assert.Single(FencedCode.Find(SourceTree.Of(("src/Http/A.cs", text))));

    [Theory]
    [InlineData("src/Http/A.Unsafe.cs", "internal static unsafe class A;")]
    [InlineData("src/Http/A.cs", "// unsafe code: see A.Unsafe.cs\nvar s = \"unsafe\";")]
    public void Find_InsideTheFenceOrInWords_IsFine(string path, string text) =>
        Assert.Empty(FencedCode.Find(SourceTree.Of((path, text))));
}
