using System.IO.Enumeration;
using PdsReadonly.Platform;

namespace PdsReadonly.Archive;

/// <summary>An argument that names nothing, or a part of it that cannot be read.</summary>
internal readonly record struct InputProblem(string Argument, string Reason);

/// <summary>
/// Turns what --car was given into files: a file, a folder (its *.car and *.car.gz, at any depth),
/// or a pattern with * and ? in any part, as a compose file passes it unexpanded.
/// </summary>
internal static class ArchiveFiles
{
    internal const string PackedSuffix = ".gz";

    // Folders looked through below one that is named, and how deep. An archive has fewer.
    private const int FoldersMax = 100_000;
    private const int DepthMax = 16;

    private static readonly string[] Suffixes = [".car", ".car" + PackedSuffix];

    // Earlier exports, and what fsck(8) found: neither is to be served.
    private static readonly string[] PassedOver = ["history", "lost+found"];

    /// <summary>Full paths, each once, in order.</summary>
    /// <param name="arguments">As they were given.</param>
    /// <param name="problems">Arguments that name nothing, and what could not be read.</param>
    /// <param name="ownFolder">A folder that is not looked into: the program's own.</param>
    /// <param name="stop">Ends it with OperationCanceledException.</param>
    internal static List<string> Expand(
        IEnumerable<string> arguments, out List<InputProblem> problems, string? ownFolder = null,
        CancellationToken stop = default)
    {
        var files = new SortedSet<string>(StringComparer.Ordinal);
        problems = [];
        foreach (string argument in arguments)
        {
            int before = problems.Count;
            bool isAny = false;
            try
            {
                foreach (string path in ExpandOne(argument, ownFolder, problems, stop))
                {
                    if (IsSidecar(path)) continue;
                    isAny = true;
                    files.Add(path);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add(new InputProblem(argument, $"cannot be read: {e.Message}"));
            }

            // A folder that can be read may be empty: that is not a mistake.
            if (isAny || problems.Count > before || Directory.Exists(argument)) continue;
            problems.Add(new InputProblem(argument, WhyNothing(argument)));
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

    // A shell expands repos/* to all that lies there.
    private static bool IsSidecar(string path) =>
        path.EndsWith(".did.json", StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(".plc.json", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> ExpandOne(
        string argument, string? ownFolder, List<InputProblem> problems, CancellationToken stop)
    {
        if (argument.Length == 0) return [];
        string path = Path.GetFullPath(argument);
        if (File.Exists(path)) return [path];
        if (Directory.Exists(path)) return CarsBelow(path, argument, ownFolder, problems, stop);
        return argument.AsSpan().ContainsAny('*', '?') ? Match(path, stop) : [];
    }

    // Links to folders are not followed: they may lead round in a circle. Hidden folders are a
    // version control's or a file system's own.
    private static IEnumerable<string> CarsBelow(
        string top, string argument, string? ownFolder, List<InputProblem> problems,
        CancellationToken stop)
    {
        var folders = new Stack<(string Path, int Depth)>([(top, 0)]);
        int seen = 0;
        bool isCut = false;
        while (folders.TryPop(out var folder))
        {
            var entries = ListCars(folder.Path, stop, out string? reason);
            if (reason is not null)
            {
                string which = folder.Depth == 0 ? "" : $"holds {folder.Path}, which ";
                problems.Add(new InputProblem(argument, $"{which}cannot be read: {reason}"));
            }

            foreach (var (path, isFolder) in entries)
            {
                if (!isFolder)
                {
                    yield return path;
                    continue;
                }

                string name = Path.GetFileName(path);
                bool isOther = name.StartsWith('.') || PassedOver.Contains(name);
                if (isOther || path == ownFolder) continue;
                isCut |= seen == FoldersMax || folder.Depth == DepthMax;
                if (seen == FoldersMax || folder.Depth == DepthMax) continue;
                seen++;
                folders.Push((path, folder.Depth + 1));
            }
        }

        string limits = $"more than {FoldersMax:N0} folders, or {DepthMax} of them in each other";
        if (isCut) problems.Add(new InputProblem(argument, $"holds {limits}: not all were read"));
    }

    // CARs, and folders that are not links. Of all else there may be millions.
    private static List<(string Path, bool IsFolder)> ListCars(
        string folder, CancellationToken stop, out string? reason)
    {
        var found = new List<(string Path, bool IsFolder)>();
        reason = null;
        try
        {
            var options = new EnumerationOptions
            {
                AttributesToSkip = 0,
                IgnoreInaccessible = false,
            };
            found.AddRange(new FileSystemEnumerable<(string, bool)>(
                folder, static (ref entry) => (entry.ToFullPath(), entry.IsDirectory), options)
            {
                ShouldIncludePredicate = (ref entry) =>
                {
                    stop.ThrowIfCancellationRequested();
                    return entry.IsDirectory
                        ? !entry.Attributes.HasFlag(FileAttributes.ReparsePoint)
                        : HasCarSuffix(entry.FileName);
                },
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reason = InputFile.DenialOf(folder) ?? e.Message;
        }

        return found;
    }

    // The part before the first wildcard is what can be looked at.
    private static string WhyNothing(string argument)
    {
        const string Nothing = "names no file";
        if (argument.Length == 0) return Nothing;
        string path = Path.GetFullPath(argument);
        int wildcard = path.AsSpan().IndexOfAny('*', '?');
        if (wildcard >= 0) path = Path.GetDirectoryName(path[..(wildcard + 1)]) ?? path;
        return InputFile.DenialOf(path) is { } reason ? $"cannot be read: {reason}" : Nothing;
    }

    private static bool HasCarSuffix(ReadOnlySpan<char> path)
    {
        foreach (string suffix in Suffixes)
        {
            if (path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    // Part by part from the root: only parts that hold a wildcard list their folder.
    private static IEnumerable<string> Match(string pattern, CancellationToken stop)
    {
        string root = Path.GetPathRoot(pattern) ?? "";
        string[] parts = pattern[root.Length..].Split(Path.DirectorySeparatorChar);
        IEnumerable<string> found = [root];
        for (int i = 0; i < parts.Length; i++)
        {
            string part = parts[i];
            bool last = i == parts.Length - 1;
            found = found.SelectMany(folder => MatchPart(folder, part, last, stop));
        }

        return found;
    }

    private static IEnumerable<string> MatchPart(
        string folder, string part, bool last, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
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
