using System.Text.RegularExpressions;

namespace Tidy.Tests.Sources;

/// <summary>One text file of the tree, by its path from the root with forward slashes.</summary>
internal sealed class SourceFile(string path, string text)
{
    private string? _code;

    public string Path { get; } = path;

    public string Text { get; } = text;

    /// <summary>The text without comments and literals, line for line; of a C# file.</summary>
    public string Code => _code ??= CodeText.Strip(Text);

    public string[] Lines => Text.Split('\n');

    public bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);

    public bool IsProject => Path.EndsWith(".csproj", StringComparison.Ordinal);

    public bool IsUnder(string folder) =>
        Path.StartsWith(folder + "/", StringComparison.Ordinal);

    /// <summary>The findings of a pattern in this file's code.</summary>
    public IEnumerable<Finding> Matches(Regex pattern, string message) =>
        pattern.Matches(Code).Select(match => At(match.Index, $"{message}: {match.Value.Trim()}"));

    public Finding At(int offset, string message) =>
        new(Path, 1 + Code.AsSpan(0, offset).Count('\n'), message);
}
