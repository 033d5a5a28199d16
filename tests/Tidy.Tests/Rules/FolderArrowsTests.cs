using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

public sealed class FolderArrowsTests
{
    [Test]
    public void Find_ThisTree_FindsNothing() => ThisTree.Keeps(FolderArrows.Find);

    [Test]
    [Arguments("src/Atproto/Cbor/A.cs", "using Atproto.Mst;")]
    [Arguments("src/Atproto/Cbor/A.cs", "class A { Atproto.Mst.MstNode n; }")]
    [Arguments("src/Atproto/Cbor/A.cs", "class A { Mst.MstNode n; }")]
    [Arguments("src/Atproto/Cbor/A.cs", "using N = global::Atproto.Mst.MstNode;")]
    [Arguments("src/Atproto/Repo/A.cs", "using Http.Messages;")]
    [Arguments("src/Atproto/Repo/A.cs", "global using Atproto.Cbor;")]
    [Arguments("src/Http/Messages/A.cs", "using Http.Connections;")]
    [Arguments("src/Http/Transports/A.cs", "using Atproto.Syntax;")]
    [Arguments("src/Http/HttpLimits.cs", "using PdsReadonly;")]
    [Arguments("src/Generators/A.cs", "using PdsReadonly.Xrpc;")]
    [Arguments("src/PdsReadonly/Index/A.cs", "using PdsReadonly.Catalog;")]
    [Arguments("src/PdsReadonly/Xrpc/Methods/a.b.c.cs", "using Http.Transports;")]
    [Arguments("src/PdsReadonly/Xrpc/XrpcResult.cs", "using PdsReadonly.Server;")]
    [Arguments("src/PdsReadonly/Misc/A.cs", "class A;")]
    [Arguments("src/Http/H.csproj", "<ProjectReference Include=\"../A/Atproto.csproj\" />")]
    [Arguments("src/PdsReadonly/P.csproj", """<Using Include="Atproto.Syntax" />""")]
    public void Find_ArrowAgainstTheOrder_IsFound(string path, string text)
    {
        var tree = SourceTree.Of((path, text), ("src/Atproto/Mst/MstNode.cs", "class MstNode;"));

        Assert.Equal(path, Assert.Single(FolderArrows.Find(tree)).Path);
    }

    [Test]
    [Arguments("src/Atproto/Repo/A.cs", "using Atproto.Mst; namespace Atproto.Repo;")]
    [Arguments("src/Atproto/Cbor/A.cs", "class A { int m = tree.Mst.Count; } // Atproto.Mst.X")]
    [Arguments("src/PdsReadonly/Server/A.cs", "using Http.Transports; using Atproto.Syntax;")]
    [Arguments("src/PdsReadonly/Program.cs", "using PdsReadonly.Cli; using Http;")]
    [Arguments("src/Generators/A.cs", "string s = \"using PdsReadonly.Xrpc;\";")]
    [Arguments("tests/Atproto.Tests/A.cs", "using Http.Messages;")]
    public void Find_ArrowInOrder_IsFine(string path, string text) =>
        Assert.Empty(FolderArrows.Find(SourceTree.Of((path, text))));
}
