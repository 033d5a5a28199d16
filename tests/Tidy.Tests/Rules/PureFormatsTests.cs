using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

public sealed class PureFormatsTests
{
    [Fact]
    public void Find_ThisTree_FindsNothing() => ThisTree.Keeps(PureFormats.Find);

    [Theory]
    [InlineData("using System.Net.Sockets;")]
    [InlineData("using SQLitePCL;")]
    [InlineData("using Microsoft.Extensions.Logging;")]
    [InlineData("var bytes = File.ReadAllBytes(name);")]
    [InlineData("void Read(Stream source) { }")]
    [InlineData("void Read(TimeProvider clock) { }")]
    [InlineData("var now = DateTimeOffset.UtcNow;")]
    [InlineData("Console.WriteLine(1);")]
    public void Find_OutsideWorldInAFormat_IsFound(string text) =>
        Assert.Single(PureFormats.Find(SourceTree.Of(("src/Atproto/Car/A.cs", text))));

    [Theory]
    [InlineData("src/Atproto/Car/A.cs", "var x = fault.Path; var y = fault.File.Length;")]
    [InlineData("src/PdsReadonly/Archive/A.cs", "using System.Net; File.Delete(name);")]
    public void Find_ValuesAndOtherProjects_AreFine(string path, string text) =>
        Assert.Empty(PureFormats.Find(SourceTree.Of((path, text))));
}
