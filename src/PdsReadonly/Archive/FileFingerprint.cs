using System.Globalization;
using System.Text;
using PdsReadonly.Platform;

namespace PdsReadonly.Archive;

/// <summary>
/// What tells that a file is the one read before: size, time of modification, time of status
/// change. The inode is left out: overlay and FAT file systems change it between starts.
/// </summary>
internal static class FileFingerprint
{
    /// <summary>
    /// A file written so shortly before it was read may be written again within the clock's grain.
    /// </summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(3);

    private const char RecentMark = '~';

    /// <summary>Of one file; empty when it is not there.</summary>
    internal static string Of(string path) => FileStat.Of(path) is { } stat ? Of(stat) : "";

    /// <summary>
    /// Of a CAR and the files beside it that say whose it is. Ends in "~" when one of them changed
    /// so recently that it must be looked at once more: such a fingerprint equals none taken later.
    /// </summary>
    /// <param name="carPath">The CAR.</param>
    /// <param name="did">Whose it is, once that is known: files may be named after it.</param>
    /// <param name="now">The present time.</param>
    /// <param name="present">
    /// Which files beside CARs there are at all, if they were listed before.
    /// </param>
    internal static string OfSource(
        string carPath, string? did, DateTimeOffset now, HashSet<string>? present = null)
    {
        bool recent = false;
        var text = new StringBuilder();
        IEnumerable<string> paths =
        [
            carPath,
            .. ArchiveFiles.SidecarsOf(carPath, did, "did"),
            .. ArchiveFiles.SidecarsOf(carPath, did, "plc"),
        ];
        foreach (string path in paths)
        {
            bool looked = path == carPath || present is null || present.Contains(path);
            if (looked && FileStat.Of(path) is { } stat)
            {
                recent |= IsRecent(stat, now);
                text.Append(Of(stat));
            }

            text.Append(' ');
        }

        return recent ? AsRecent(text.ToString()) : text.ToString();
    }

    /// <summary>Whether a file changed so lately that it may change once more unseen.</summary>
    internal static bool IsRecent(FileStat stat, DateTimeOffset now)
    {
        // Around now, not since: a clock that is behind its files says nothing about them.
        long from = (now - Settled).ToUnixTimeMilliseconds() * 1_000_000;
        long to = (now + Settled).ToUnixTimeMilliseconds() * 1_000_000;
        return (stat.ModifiedNanoseconds > from && stat.ModifiedNanoseconds < to)
            || (stat.ChangedNanoseconds > from && stat.ChangedNanoseconds < to);
    }

    /// <summary>Whether it was taken too soon after a change.</summary>
    internal static bool IsRecent(string fingerprint) =>
        fingerprint.Contains(RecentMark, StringComparison.Ordinal);

    internal static string AsRecent(string fingerprint) => fingerprint + RecentMark;

    /// <summary>
    /// Whether two fingerprints of a source are of the same CAR, whatever lies beside it.
    /// </summary>
    internal static bool IsSameFile(string first, string second)
    {
        var car = first.AsSpan(0, first.IndexOf(' ', StringComparison.Ordinal) + 1);
        return car.Length > 1 && second.AsSpan().StartsWith(car);
    }

    /// <summary>Of a file whose size and times are known.</summary>
    internal static string Of(FileStat stat) => string.Create(
        CultureInfo.InvariantCulture,
        $"{stat.Bytes}:{stat.ModifiedNanoseconds}:{stat.ChangedNanoseconds}");
}
