using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

public sealed class MethodFilesTests
{
    private const string Good = "[XrpcQuery(\"a.b.getIt\")]\nstatic class BGetIt;";

    [Fact]
    public void Find_ThisTree_FindsNothing() => ThisTree.Keeps(MethodFiles.Find);

    [Fact]
    public void Find_FileNamedByItsNsid_IsFine() =>
        Assert.Empty(MethodFiles.Find(Tree("Xrpc/Methods/a.b.getIt.cs", Good)));

    [Theory]
    [InlineData("Xrpc/Methods/a.b.getThat.cs", Good)]
    [InlineData("Xrpc/Methods/GetIt.cs", Good)]
    [InlineData("Server/A.cs", Good)]
    [InlineData("Xrpc/Methods/a.b.getIt.cs", "class BGetIt;")]
    [InlineData("Xrpc/Methods/a.b.getIt.cs", Good + "\n" + Good)]
    [InlineData("Xrpc/Methods/a.b.getIt.cs", "[XrpcQuery(\"a.b.getIt\")]\nclass GetIt;")]
    [InlineData("Xrpc/Methods/a.b.sub.cs", "[XrpcSubscription(\"a.b.other\")]\nclass BOther;")]
    public void Find_NameAndAttributeApart_IsFound(string path, string text) =>
        Assert.Single(MethodFiles.Find(Tree(path, text)));

    private static IReadOnlyList<SourceFile> Tree(string path, string text) =>
        SourceTree.Of(("src/PdsReadonly/" + path, text));
}
