using Microsoft.CodeAnalysis;

namespace Generators.Tests;

public sealed class XrpcRouteGeneratorCacheTests
{
    [Test]
    public void Generate_UnrelatedFileAdded_WritesNothingAnew()
    {
        var compilation = GeneratorRun.Compile(GeneratorRun.Resource("EveryKind.cs"));
        var driver = Run(GeneratorRun.Driver(), compilation);

        var edited = compilation.AddSyntaxTrees(GeneratorRun.Tree("class Unrelated;", 9));
        AssertNothingWritten(Run(driver, edited));
    }

    [Test]
    public void Generate_HandlersBodyEdited_WritesNothingAnew()
    {
        string source = GeneratorRun.Resource("EveryKind.cs");
        var compilation = GeneratorRun.Compile(source);
        var driver = Run(GeneratorRun.Driver(), compilation);

        string longer = source.Replace("=> default;", "\n    => new();", StringComparison.Ordinal);
        var edited = compilation.ReplaceSyntaxTree(
            compilation.SyntaxTrees[1], GeneratorRun.Tree(longer, 1));
        AssertNothingWritten(Run(driver, edited));
    }

    [Test]
    public void Generate_ParameterRenamed_WritesAnew()
    {
        string source = GeneratorRun.Resource("EveryKind.cs");
        var compilation = GeneratorRun.Compile(source);
        var driver = Run(GeneratorRun.Driver(), compilation);

        string renamed = source.Replace(" Limit ", " Count ", StringComparison.Ordinal);
        var edited = compilation.ReplaceSyntaxTree(
            compilation.SyntaxTrees[1], GeneratorRun.Tree(renamed, 1));
        Assert.Contains(IncrementalStepRunReason.Modified, ModelReasons(Run(driver, edited)));
    }

    private static GeneratorDriver Run(GeneratorDriver driver, Compilation compilation) =>
        driver.RunGenerators(compilation, TestRun.Cancellation);

    private static void AssertNothingWritten(GeneratorDriver driver)
    {
        Assert.All(
            ModelReasons(driver),
            reason => Assert.True(
                reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged));

        var outputs = driver.GetRunResult().Results.Single().TrackedOutputSteps
            .SelectMany(step => step.Value)
            .Where(run => run.Inputs.Any(input => input.Source.Name == "Models"))
            .SelectMany(run => run.Outputs);
        Assert.All(
            outputs, output => Assert.Equal(IncrementalStepRunReason.Cached, output.Reason));
    }

    private static IncrementalStepRunReason[] ModelReasons(GeneratorDriver driver)
    {
        var steps = driver.GetRunResult().Results.Single().TrackedSteps["Models"];
        return [.. steps.SelectMany(step => step.Outputs).Select(output => output.Reason)];
    }
}
