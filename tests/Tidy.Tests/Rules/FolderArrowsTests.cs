using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

public sealed class FolderArrowsTests
{
    [Fact]
    public void Find_ThisTree_FindsNothing() => ThisTree.Keeps(FolderArrows.Find);

    [Theory]
    [InlineData("src/Atproto/Cbor/A.cs", "using Atproto.Mst;")]
    [InlineData("src/Atproto/Cbor/A.cs", "class A { Atproto.Mst.MstNode n; }")]
    [InlineData("src/Atproto/Cbor/A.cs", "class A { Mst.MstNode n; }")]
    [InlineData("src/Atproto/Cbor/A.cs", "using N = global::Atproto.Mst.MstNode;")]
    [InlineData("src/Atproto/Repo/A.cs", "using Http.Messages;")]
    [InlineData("src/Atproto/Repo/A.cs", "global using Atproto.Cbor;")]
    [InlineData("src/Http/Messages/A.cs", "using Http.Connections;")]
    [InlineData("src/Http/Transports/A.cs", "using Atproto.Syntax;")]
    [InlineData("src/Http/HttpLimits.cs", "using PdsReadonly;")]
    [InlineData("src/Generators/A.cs", "using PdsReadonly.Xrpc;")]
    [InlineData("src/PdsReadonly/Index/A.cs", "using PdsReadonly.Catalog;")]
    [InlineData("src/PdsReadonly/Xrpc/Methods/a.b.c.cs", "using Http.Transports;")]
    [InlineData("src/PdsReadonly/Xrpc/XrpcResult.cs", "using PdsReadonly.Server;")]
    [InlineData("src/PdsReadonly/Misc/A.cs", "class A;")]
    [InlineData("src/Http/H.csproj", "<ProjectReference Include=\"../A/Atproto.csproj\" />")]
    [InlineData("src/PdsReadonly/P.csproj", """<Using Include="Atproto.Syntax" />""")]
    public void Find_ArrowAgainstTheOrder_IsFound(string path, string text)
    {
        var tree = SourceTree.Of((path, text), ("src/Atproto/Mst/MstNode.cs", "class MstNode;"));

        Assert.Equal(path, Assert.Single(FolderArrows.Find(tree)).Path);
    }

    [Theory]
    [InlineData("src/Atproto/Repo/A.cs", "using Atproto.Mst; namespace Atproto.Repo;")]
    [InlineData("src/Atproto/Cbor/A.cs", "class A { int m = tree.Mst.Count; } // Atproto.Mst.X")]
    [InlineData("src/PdsReadonly/Server/A.cs", "using Http.Transports; using Atproto.Syntax;")]
    [InlineData("src/PdsReadonly/Program.cs", "using PdsReadonly.Cli; using Http;")]
    [InlineData("src/Generators/A.cs", "string s = \"using PdsReadonly.Xrpc;\";")]
    [InlineData("tests/Atproto.Tests/A.cs", "using Http.Messages;")]
    public void Find_ArrowInOrder_IsFine(string path, string text) =>
        Assert.Empty(FolderArrows.Find(SourceTree.Of((path, text))));
}
