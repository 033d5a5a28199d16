using System.IO.Enumeration;

namespace PdsReadonly.Archive;

/// <summary>
/// Turns what --car was given into files: a file, a folder (its *.car and *.car.gz), or a pattern
/// with * and ? in any part, as a compose file passes it unexpanded.
/// </summary>
internal static class ArchiveFiles
{
    internal const string PackedSuffix = ".gz";

    private static readonly string[] Suffixes = [".car", ".car" + PackedSuffix];

    /// <summary>
    /// Full paths, each once, in order. <paramref name="unmatched"/> are arguments that name
    /// nothing.
    /// </summary>
    internal static List<string> Expand(IEnumerable<string> arguments, out List<string> unmatched)
    {
        var files = new SortedSet<string>(StringComparer.Ordinal);
        unmatched = [];
        foreach (string argument in arguments)
        {
            var named = TryExpand(argument);
            // An empty folder is a fine place to begin; one that cannot be read, and a file or
            // pattern that names nothing, are not.
            bool isEmptyFolder = named is { Count: 0 } && Directory.Exists(argument);
            if (named is null or { Count: 0 } && !isEmptyFolder) unmatched.Add(argument);
            if (named is not null) files.UnionWith(named);
        }

        return [.. files];
    }

    /// <summary>
    /// The files beside a CAR that say whose it is: NAME.did.json and NAME.plc.json, then the same
    /// with the DID as name, its colons kept or written as underscores.
    /// </summary>
    internal static IEnumerable<string> SidecarsOf(string carPath, string? did, string kind)
    {
        string folder = Path.GetDirectoryName(carPath) ?? "";
        yield return Path.Combine(folder, $"{NameOf(carPath)}.{kind}.json");
        if (did is null) yield break;
        yield return Path.Combine(folder, $"{did}.{kind}.json");
        yield return Path.Combine(folder, $"{did.Replace(':', '_')}.{kind}.json");
    }

    /// <summary>
    /// All that may be such a file in the folders of these CARs: one listing instead of several
    /// questions for each of ten thousand.
    /// </summary>
    internal static HashSet<string> SidecarsBeside(IEnumerable<string> carPaths)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var folders = carPaths.Select(path => Path.GetDirectoryName(path) ?? "").Distinct();
        foreach (string folder in folders)
        {
            found.UnionWith(List(folder, Directory.EnumerateFiles)
                .Where(path => path.EndsWith(".json", StringComparison.Ordinal)));
        }

        return found;
    }

    /// <summary>The file's name without .car or .car.gz.</summary>
    internal static string NameOf(string carPath)
    {
        string name = Path.GetFileName(carPath);
        foreach (string suffix in Suffixes)
        {
            if (name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                return name[..^suffix.Length];
            }
        }

        return Path.GetFileNameWithoutExtension(name);
    }

    // What cannot be listed names nothing.
    private static List<string>? TryExpand(string argument)
    {
        try
        {
            return [.. ExpandOne(argument).Where(path => !IsSidecar(path))];
        }
        catch (Exception e) when (
            e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    // A shell expands repos/* to all that lies there.
    private static bool IsSidecar(string path) =>
        path.EndsWith(".did.json", StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(".plc.json", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> ExpandOne(string argument)
    {
        if (argument.Length == 0) return [];
        string path = Path.GetFullPath(argument);
        if (File.Exists(path)) return [path];
        if (Directory.Exists(path)) return Directory.EnumerateFiles(path).Where(HasCarSuffix);
        return argument.AsSpan().ContainsAny('*', '?') ? Match(path) : [];
    }

    private static bool HasCarSuffix(string path) =>
        Suffixes.Any(suffix => path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));

    // Part by part from the root: only parts that hold a wildcard list their folder.
    private static IEnumerable<string> Match(string pattern)
    {
        string root = Path.GetPathRoot(pattern) ?? "";
        string[] parts = pattern[root.Length..].Split(Path.DirectorySeparatorChar);
        IEnumerable<string> found = [root];
        for (int i = 0; i < parts.Length; i++)
        {
            string part = parts[i];
            bool last = i == parts.Length - 1;
            found = found.SelectMany(folder => MatchPart(folder, part, last));
        }

        return found;
    }

    private static IEnumerable<string> MatchPart(string folder, string part, bool last)
    {
        if (!part.AsSpan().ContainsAny('*', '?'))
        {
            string path = Path.Combine(folder, part);
            return (last ? File.Exists(path) : Directory.Exists(path)) ? [path] : [];
        }

        if (!Directory.Exists(folder)) return [];
        var entries = last
            ? List(folder, Directory.EnumerateFiles)
            : List(folder, Directory.EnumerateDirectories);
        return entries.Where(
            path => FileSystemName.MatchesSimpleExpression(
                part, Path.GetFileName(path), ignoreCase: false));
    }

    // One folder that may not be read does not hide its neighbours.
    private static IEnumerable<string> List(
        string folder, Func<string, string, EnumerationOptions, IEnumerable<string>> list) =>
        list(
            folder,
            "*",
            new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = 0 });
}
