using System.Text.Json;

namespace Shared;

/// <summary>
/// Where public test vectors and real repositories lie: at $PDS_CORPUS, or in ../shared/corpus
/// beside the project. Tests that need them are skipped without them, except where CI=true: there
/// they fail.
/// </summary>
internal static class Corpus
{
    private const string Missing = "no corpus at $PDS_CORPUS or ../shared/corpus";

    private static readonly string? Root = Find();

    /// <summary>Call first in every test that reads the corpus.</summary>
    internal static void Require()
    {
        if (Root is not null) return;
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(Missing);
        Skip.Test(Missing);
    }

    /// <summary>
    /// The full path of a file, given relative to the corpus; skips or fails without it.
    /// </summary>
    internal static string PathOf(string relativePath)
    {
        Require();
        return Path.Combine(Root!, relativePath);
    }

    /// <summary>
    /// One case per line; lines that are empty or start with # are none. Lines are not trimmed:
    /// spaces are cases too. Without a corpus one empty case, in which <see cref="Require"/> then
    /// speaks.
    /// </summary>
    internal static IEnumerable<string> Lines(string relativePath)
    {
        if (Root is null) return [""];
        return File.ReadAllText(Path.Combine(Root, relativePath))
            .Split('\n')
            .Where(static line => line.Length > 0 && line[0] != '#');
    }

    /// <summary>
    /// One case per element of a JSON array: its number, for <see cref="Element"/>.
    /// </summary>
    internal static IEnumerable<int> Indices(string relativePath)
    {
        if (Root is null) return [0];
        var json = File.ReadAllBytes(Path.Combine(Root, relativePath));
        using var document = JsonDocument.Parse(json);
        return Enumerable.Range(0, document.RootElement.GetArrayLength());
    }

    /// <summary>One case per folder in a folder: its name.</summary>
    internal static IEnumerable<string> Folders(string relativePath) => Root is null
        ? [""]
        : Names(Directory.GetDirectories(Path.Combine(Root, relativePath)));

    /// <summary>One case per file of a folder: its name.</summary>
    internal static IEnumerable<string> Files(string relativePath, string pattern) =>
        Root is null ? [""] : Names(Directory.GetFiles(Path.Combine(Root, relativePath), pattern));

    private static IEnumerable<string> Names(string[] paths) => paths
        .Select(static path => Path.GetFileName(path))
        .Order(StringComparer.Ordinal);

    internal static JsonElement Element(string relativePath, int index)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf(relativePath)));
        return document.RootElement[index].Clone();
    }

    private static string? Find()
    {
        var named = Environment.GetEnvironmentVariable("PDS_CORPUS");
        if (!string.IsNullOrEmpty(named)) return Directory.Exists(named) ? named : null;

        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && folder.GetFiles("pds-readonly.sln").Length == 0)
        {
            folder = folder.Parent;
        }

        var beside = folder?.Parent is { } parent
            ? Path.Combine(parent.FullName, "shared", "corpus")
            : null;
        return Directory.Exists(beside) ? beside : null;
    }
}
