using System.Text.RegularExpressions;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

/// <summary>Code that steps round the type system, and pragmas, live in *.Unsafe.cs alone.</summary>
internal static partial class FencedCode
{
    public static IEnumerable<Finding> Find(IReadOnlyList<SourceFile> files) =>
        files.Where(file => file.IsCSharp)
            .Where(file => !file.Path.EndsWith(".Unsafe.cs", StringComparison.Ordinal))
            .SelectMany(file => file.Matches(Fenced(), "belongs into a *.Unsafe.cs"));

    [GeneratedRegex(@"\bunsafe\b|\bMemoryMarshal\b|(?<![\w.])Unsafe\.(?=[A-Z])"
        + @"|CompilerServices\.Unsafe\b|^[ \t]*#pragma\b.*|\bstackalloc\s+\w+\*", RegexOptions.Multiline)]
    private static partial Regex Fenced();
}
