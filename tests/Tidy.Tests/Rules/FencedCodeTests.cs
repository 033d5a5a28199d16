using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

public sealed class FencedCodeTests
{
    [Test]
    public void Find_ThisTree_FindsNothing() => ThisTree.Keeps(FencedCode.Find);

    [Test]
    [Arguments("internal static unsafe class A;")]
    [Arguments("var x = MemoryMarshal.Cast<byte, int>(y);")]
    [Arguments("var x = Unsafe.As<A>(y);")]
    [Arguments("#pragma warning disable CA1822")]
    public void Find_OutsideTheFence_IsFound(string text) =>
        Assert.Single(FencedCode.Find(SourceTree.Of(("src/Http/A.cs", text))));

    [Test]
    [Arguments("src/Http/A.Unsafe.cs", "internal static unsafe class A;")]
    [Arguments("src/Http/A.cs", "// unsafe code: see A.Unsafe.cs\nvar s = \"unsafe\";")]
    public void Find_InsideTheFenceOrInWords_IsFine(string path, string text) =>
        Assert.Empty(FencedCode.Find(SourceTree.Of((path, text))));
}
