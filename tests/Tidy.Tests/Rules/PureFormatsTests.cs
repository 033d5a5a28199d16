using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

public sealed class PureFormatsTests
{
    [Test]
    public void Find_ThisTree_FindsNothing() => ThisTree.Keeps(PureFormats.Find);

    [Test]
    [Arguments("using System.Net.Sockets;")]
    [Arguments("using SQLitePCL;")]
    [Arguments("using Microsoft.Extensions.Logging;")]
    [Arguments("var bytes = File.ReadAllBytes(name);")]
    [Arguments("void Read(Stream source) { }")]
    [Arguments("void Read(TimeProvider clock) { }")]
    [Arguments("var now = DateTimeOffset.UtcNow;")]
    [Arguments("Console.WriteLine(1);")]
    public void Find_OutsideWorldInAFormat_IsFound(string text) =>
        Assert.Single(PureFormats.Find(SourceTree.Of(("src/Atproto/Car/A.cs", text))));

    [Test]
    [Arguments("src/Atproto/Car/A.cs", "var x = fault.Path; var y = fault.File.Length;")]
    [Arguments("src/PdsReadonly/Archive/A.cs", "using System.Net; File.Delete(name);")]
    public void Find_ValuesAndOtherProjects_AreFine(string path, string text) =>
        Assert.Empty(PureFormats.Find(SourceTree.Of((path, text))));
}
