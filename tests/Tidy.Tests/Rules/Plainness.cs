using System.Text.RegularExpressions;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

/// <summary>Rules a single file can break: lengths, wishes, words, names and wide nets.</summary>
internal static partial class Plainness
{
    private const int ColumnsMax = 100;
    private const int LinesMax = 500;
    private const int WideCatchesMax = 3;

    // Papers that do not travel with the project, and folders of one machine.
    private static readonly string[] ForbiddenWords =
    [
        "design.md", "protocol.md", "style.md", "lightrail.md", "readonly-pds.txt", "/home/",
        "/tmp/",
    ];

    public static IEnumerable<Finding> LongLines(IReadOnlyList<SourceFile> files) =>
        Code(files).SelectMany(file => LinesWhere(
            file, line => line.TrimEnd('\r').Length > ColumnsMax, $"over {ColumnsMax} columns"));

    public static IEnumerable<Finding> LongFiles(IReadOnlyList<SourceFile> files) =>
        Code(files).Where(file => file.Lines.Length > LinesMax + 1)
            .Select(file => new Finding(file.Path, LinesMax + 1, $"over {LinesMax} lines"));

    public static IEnumerable<Finding> Wishes(IReadOnlyList<SourceFile> files) =>
        Elsewhere(files).SelectMany(file => LinesWhere(file, Wish().IsMatch, "a wish"));

    public static IEnumerable<Finding> Words(IReadOnlyList<SourceFile> files) =>
        Elsewhere(files).SelectMany(file => ForbiddenWords.SelectMany(word => LinesWhere(
            file, line => line.Contains(word, StringComparison.OrdinalIgnoreCase), word)));

    public static IEnumerable<Finding> EmptyNames(IReadOnlyList<SourceFile> files) =>
        CSharp(files).SelectMany(file => file.Matches(EmptyName(), "says nothing"));

    /// <summary>
    /// Catches of everything: for a request, for a body being sent, and for a file being loaded, so
    /// that one that goes wrong takes nothing else with it.
    /// </summary>
    public static IEnumerable<Finding> WideCatches(IReadOnlyList<SourceFile> files)
    {
        var found = CSharp(files).Where(file => file.IsUnder("src"))
            .SelectMany(file => WideCatch().Matches(file.Code)
                .Where(match => !Rethrows(file.Code, match.Index))
                .Select(match => file.At(match.Index, "catches everything")))
            .ToList();
        return found.Count > WideCatchesMax ? found : [];
    }

    /// <summary>A catch that tidies up and throws on hides nothing.</summary>
    private static bool Rethrows(string code, int at)
    {
        int open = code.IndexOf('{', at);
        int depth = 0;
        for (int end = open; end >= 0 && end < code.Length; end++)
        {
            depth += code[end] is '{' ? 1 : code[end] is '}' ? -1 : 0;
            if (depth is 0) return code[open..end].Contains("throw;", StringComparison.Ordinal);
        }

        return false;
    }

    private static IEnumerable<Finding> LinesWhere(
        SourceFile file, Func<string, bool> breaks, string message) =>
        file.Lines.Index().Where(line => breaks(line.Item))
            .Select(line => new Finding(file.Path, line.Index + 1, message));

    private static IEnumerable<SourceFile> Code(IReadOnlyList<SourceFile> files) => files.Where(
        file => file.IsCSharp || file.Path.EndsWith(".js", StringComparison.Ordinal));

    private static IEnumerable<SourceFile> CSharp(IReadOnlyList<SourceFile> files) =>
        files.Where(file => file.IsCSharp);

    // The rules' own files have to spell what they look for.
    private static IEnumerable<SourceFile> Elsewhere(IReadOnlyList<SourceFile> files) =>
        files.Where(file => !file.IsUnder("tests/Tidy.Tests/Rules"));

    [GeneratedRegex(@"\b(?:TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Wish();

    [GeneratedRegex(@"\b(?:class|struct|record|interface)\s+\w*(?:Utils?|Helpers?|Manager)\b")]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"\bcatch\s*(?:\(\s*(?:System\.)?Exception\b[^)]*\)(?!\s*when)|(?=\{))")]
    private static partial Regex WideCatch();
}
