using Microsoft.CodeAnalysis;

namespace Generators.Tests;

public sealed class XrpcRouteGeneratorOutputTests
{
    [Test]
    [Arguments("EveryKind")]
    [Arguments("Empty")]
    public void Generate_Sources_GiveTheGoldenOutputAndCompile(string name)
    {
        string[] sources = name == "Empty" ? [] : [GeneratorRun.Resource(name + ".cs")];
        var driver = GeneratorRun.Driver().RunGeneratorsAndUpdateCompilation(
            GeneratorRun.Compile(sources), out var output, out var diagnostics, Stop);

        Assert.Empty(diagnostics);
        GoldenFile.AssertEqual(
            name + ".g.cs.txt",
            driver.GetRunResult().GeneratedTrees.Single().ToString());
        Assert.Empty(
            output.GetDiagnostics(Stop).Where(d => d.Severity >= DiagnosticSeverity.Warning));
    }

    private static CancellationToken Stop => TestRun.Cancellation;
}
