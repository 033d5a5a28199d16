using System.Globalization;
using System.Runtime.InteropServices;

namespace PdsReadonly.Server;

/// <summary>
/// Pages that are no more than what the program's file holds: its code and constants. They were
/// mapped when they were used first, at the start most of them, and count as the process's memory
/// until they are given back; the next use maps them again from the system's cache, or from the
/// file when the system had a better use for its memory.
/// </summary>
internal static partial class FilePages
{
    private const string OwnMappings = "/proc/self/smaps";

    // madvise(2): MADV_DONTNEED.
    private const int DontNeed = 4;

    /// <summary>Gives them back. Does nothing on systems that do not list mappings.</summary>
    internal static void GiveBack()
    {
        if (!OperatingSystem.IsLinux()) return;
        if (Environment.ProcessPath is not { } program) return;
        List<FileMapping> unchanged;
        try
        {
            unchanged = [.. Unchanged(File.ReadLines(OwnMappings), program)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A container may hide it.
            return;
        }

        // One that is locked into memory is refused, and stays.
        foreach (var (start, length) in unchanged) _ = Advise(start, length, DontNeed);
    }

    /// <summary>
    /// Of the mappings listed (proc(5), smaps): private ones of a file that cannot be written and
    /// have no page of their own. A page that was relocated at the start, or that a debugger has
    /// changed, is its own, in memory or swapped out, and would be lost: whoever has one is not
    /// among them, nor is one that does not say.
    /// </summary>
    /// <param name="lines">The list.</param>
    /// <param name="path">
    /// The file: one that stays mapped, since another could take its place before this is used.
    /// </param>
    internal static IEnumerable<FileMapping> Unchanged(IEnumerable<string> lines, string path)
    {
        FileMapping? candidate = null;
        bool isNowhereAnonymous = false;
        foreach (string line in lines)
        {
            int end = line.AsSpan().IndexOf(' ');
            if (end <= 0) continue;
            if (line[end - 1] != ':')
            {
                candidate = CandidateOf(line, path);
                isNowhereAnonymous = false;
            }
            else if (candidate is { } mapping)
            {
                bool isZero = line.EndsWith(" 0 kB", StringComparison.Ordinal);
                switch (line.AsSpan(0, end))
                {
                    case "Anonymous:":
                        isNowhereAnonymous = isZero;
                        break;
                    case "Swap:":
                        if (isZero && isNowhereAnonymous) yield return mapping;
                        candidate = null;
                        break;
                }
            }
        }
    }

    // "55e0c0a00000-55e0c146b000 r-xp 0008a000 08:01 1234    /path"
    private static FileMapping? CandidateOf(string line, string path)
    {
        string[] words = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        bool isOfFile = words.Length == 6 && words[5].Trim() == path;
        if (!isOfFile || words[1] is not ['r', '-', _, 'p']) return null;
        return words[0].Split('-') is [var from, var to]
            && nuint.TryParse(
                from, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out nuint start)
            && nuint.TryParse(
                to, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out nuint stop)
            && stop > start
                ? new FileMapping(start, stop - start)
                : null;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint start, nuint length, int advice);
}

/// <summary>Where a file is mapped, in bytes.</summary>
internal readonly record struct FileMapping(nuint Start, nuint Length);
