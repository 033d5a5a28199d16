using System.Globalization;

namespace PdsReadonly.Archive;

/// <summary>
/// What tells that a file is the one read before: size, time of modification, time of status change.
/// The inode is left out: overlay and FAT file systems change it between starts.
/// </summary>
internal static class FileFingerprint
{
    /// <summary>
    /// A file written so shortly before it was read may be written again within the clock's grain.
    /// </summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(3);

    /// <summary>Null when the file is not there.</summary>
    internal static string? Of(string path)
    {
        var stat = FileStat.Of(path);
        if (stat is not { } s) return null;
        return string.Create(
            CultureInfo.InvariantCulture, $"{s.Bytes}:{s.ModifiedNanoseconds}:{s.ChangedNanoseconds}");
    }

    /// <summary>
    /// Of a file and those beside it, in order. Ends in "~" when one of them changed so recently that
    /// it must be looked at once more: such a fingerprint equals none taken later.
    /// </summary>
    internal static string Of(IReadOnlyList<string> paths, DateTimeOffset now)
    {
        long settledBefore = (now - Settled).ToUnixTimeMilliseconds() * 1_000_000;
        bool recent = false;
        var parts = new List<string>(paths.Count);
        foreach (string path in paths)
        {
            var stat = FileStat.Of(path);
            if (stat is not { } s) continue;
            recent |= s.ModifiedNanoseconds > settledBefore || s.ChangedNanoseconds > settledBefore;
            parts.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{s.Bytes}:{s.ModifiedNanoseconds}:{s.ChangedNanoseconds}"));
        }

        return string.Join(' ', parts) + (recent ? "~" : "");
    }
}
