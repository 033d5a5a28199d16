using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

public sealed class MethodFilesTests
{
    private const string Good = "[XrpcQuery(\"a.b.getIt\")]\nstatic class BGetIt;";

    [Test]
    public void Find_ThisTree_FindsNothing() => ThisTree.Keeps(MethodFiles.Find);

    [Test]
    public void Find_FileNamedByItsNsid_IsFine() =>
        Assert.Empty(MethodFiles.Find(Tree("Xrpc/Methods/a.b.getIt.cs", Good)));

    [Test]
    [Arguments("Xrpc/Methods/a.b.getThat.cs", Good)]
    [Arguments("Xrpc/Methods/GetIt.cs", Good)]
    [Arguments("Server/A.cs", Good)]
    [Arguments("Xrpc/Methods/a.b.getIt.cs", "class BGetIt;")]
    [Arguments("Xrpc/Methods/a.b.getIt.cs", Good + "\n" + Good)]
    [Arguments("Xrpc/Methods/a.b.getIt.cs", "[XrpcQuery(\"a.b.getIt\")]\nclass GetIt;")]
    [Arguments("Xrpc/Methods/a.b.sub.cs", "[XrpcSubscription(\"a.b.other\")]\nclass BOther;")]
    public void Find_NameAndAttributeApart_IsFound(string path, string text) =>
        Assert.Single(MethodFiles.Find(Tree(path, text)));

    private static IReadOnlyList<SourceFile> Tree(string path, string text) =>
        SourceTree.Of(("src/PdsReadonly/" + path, text));
}
