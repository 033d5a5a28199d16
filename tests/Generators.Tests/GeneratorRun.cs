using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Generators.Tests;

/// <summary>Runs the generator over sources and the stubs they stand on.</summary>
internal static class GeneratorRun
{
    private static readonly MetadataReference[] s_platform =
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator)
        .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
        .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path))
        .ToArray();

    private static readonly CSharpParseOptions s_parseOptions = new(LanguageVersion.Latest);

    internal static CSharpCompilation Compile(params string[] sources) =>
        CSharpCompilation.Create(
            "Example",
            sources.Prepend(Resource("Stubs.cs")).Select((source, index) => Tree(source, index)),
            s_platform,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));

    internal static SyntaxTree Tree(string source, int index) =>
        CSharpSyntaxTree.ParseText(source, s_parseOptions, $"Source{index}.cs");

    internal static GeneratorDriver Driver() =>
        CSharpGeneratorDriver.Create(
            [new XrpcRouteGenerator().AsSourceGenerator()],
            parseOptions: s_parseOptions,
            driverOptions: new GeneratorDriverOptions(
                IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>What the generator reports about one handler's source.</summary>
    internal static Diagnostic[] Diagnose(string source)
    {
        var result = Driver().RunGenerators(Compile(source)).GetRunResult();
        return [.. result.Diagnostics];
    }

    internal static string Resource(string name)
    {
        using var stream = typeof(GeneratorRun).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
