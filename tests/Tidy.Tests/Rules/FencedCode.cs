using System.Text.RegularExpressions;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

/// <summary>What steps round the type system, and any pragma, is in *.Unsafe.cs.</summary>
internal static partial class FencedCode
{
    public static IEnumerable<Finding> Find(IReadOnlyList<SourceFile> files) =>
        files.Where(file => file.IsCSharp)
            .Where(file => !file.Path.EndsWith(".Unsafe.cs", StringComparison.Ordinal))
            .SelectMany(file => file.Matches(Fenced(), "belongs into a *.Unsafe.cs"));

    [GeneratedRegex(@"\bunsafe\b|\bMemoryMarshal\b|(?<![\w.])Unsafe\.(?=[A-Z])"
        + @"|CompilerServices\.Unsafe\b|^[ \t]*#pragma\b.*", RegexOptions.Multiline)]
    private static partial Regex Fenced();
}
