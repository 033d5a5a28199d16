using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

/// <summary>Holds this very tree against a rule; a failure lists every place.</summary>
internal static class ThisTree
{
    public static void Keeps(Func<IReadOnlyList<SourceFile>, IEnumerable<Finding>> rule)
    {
        // A tree that was not found would keep every rule.
        Assert.True(SourceTree.Files.Count > 50, $"only {SourceTree.Files.Count} files found");
        var findings = rule(SourceTree.Files).ToList();
        Assert.True(findings.Count is 0, string.Join('\n', findings));
    }
}
