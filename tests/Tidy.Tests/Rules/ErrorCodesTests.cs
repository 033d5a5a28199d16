using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

public sealed class ErrorCodesTests
{
    private const string Codes = """
        public enum CarError : byte
        {
            None,
            /// <summary>Ends { early, twice.</summary>
            UnexpectedEnd = 3,
            [Obsolete] RootMissing
        }
        """;

    [Test]
    public void Find_ThisTree_FindsNothing() => ThisTree.Keeps(ErrorCodes.Find);

    [Test]
    public void Find_CodeWithoutATest_IsFoundByNameAndLine()
    {
        var tree = SourceTree.Of(
            ("src/A.cs", Codes),
            ("tests/A.cs", "Assert.Equal(CarError.UnexpectedEnd, e); // CarError.RootMissing"));

        var finding = Assert.Single(ErrorCodes.Find(tree));

        Assert.Equal(new Finding("src/A.cs", 6, "no test names CarError.RootMissing"), finding);
    }

    [Test]
    public void Find_EveryCodeInATest_IsFine() =>
        Assert.Empty(ErrorCodes.Find(SourceTree.Of(
            ("src/A.cs", Codes),
            ("tests/A.cs", "[Arguments(CarError.UnexpectedEnd)]"),
            ("tests/B.cs", "[Arguments(CarError.RootMissing)]"))));
}
