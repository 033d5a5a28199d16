using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using PdsReadonly.Index;
using PdsReadonly.Platform;

namespace PdsReadonly.Cli;

/// <summary>The folder that catalog and indexes live in; one process at a time.</summary>
internal sealed class DataFolder : IDisposable
{
    // errno(3), which .NET gives as HResult.
    private const int WouldBlock = 11;
    private const int SignatureBytesMax = 20;

    private readonly FileStream _lock;
    private bool _isTemporary;

    private DataFolder(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    internal string Path { get; }

    /// <summary>
    /// Opens the folder named, or else the first that can be written: the service manager's cache
    /// folder, the user's, and a temporary one, with a warning. Null, and why, when there is none.
    /// </summary>
    internal static DataFolder? Open(string? named, TextWriter warnings, out string? reason)
    {
        if (named is not null) return TryOpen(named, out reason);
        foreach (string candidate in Candidates())
        {
            if (TryOpen(candidate, out reason) is { } folder) return folder;
            warnings.WriteLine($"warning: {reason}");
        }

        string temporary = System.IO.Path.Combine(
            System.IO.Path.GetTempPath(), $"pds-readonly-{Environment.ProcessId}");
        warnings.WriteLine($"warning: using {temporary}, which will not last; see --data");
        var last = TryOpen(temporary, out reason);
        last?._isTemporary = true;
        return last;
    }

    /// <summary>
    /// The catalog. One that is damaged is put aside and begun anew: the CARs say all that matters
    /// but the times of first sight and the statuses set by hand.
    /// </summary>
    internal CatalogDatabase OpenCatalog(TextWriter warnings) =>
        OpenOrBegin("catalog.sqlite", CatalogDatabase.Open, warnings);

    /// <summary>
    /// The index of remote repos. One that is damaged is put aside, and all is proven anew.
    /// </summary>
    internal LightrailDatabase OpenLightrail(TimeProvider time, TextWriter warnings) =>
        OpenOrBegin("lightrail.sqlite", path => LightrailDatabase.Open(path, time), warnings);

    private T OpenOrBegin<T>(string name, Func<string, T> open, TextWriter warnings)
    {
        string path = System.IO.Path.Combine(Path, name);
        try
        {
            return open(path);
        }
        catch (SqliteException e) when (e.SqliteErrorCode
            is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB
            or SQLitePCL.raw.SQLITE_MISMATCH)
        {
            string aside = path + ".damaged";
            warnings.WriteLine(
                $"warning: {path} is not usable ({e.Message}); kept as {aside}, begun anew");
            File.Move(path, aside, overwrite: true);
            foreach (string suffix in (string[])["-wal", "-shm"]) File.Delete(path + suffix);
            return open(path);
        }
    }

    public void Dispose()
    {
        _lock.Dispose();
        if (!_isTemporary) return;
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Temporary folders are swept by the system too.
        }
    }

    private static IEnumerable<string> Candidates()
    {
        // systemd names a folder for each CacheDirectory=, parted by colons.
        string? service = Environment.GetEnvironmentVariable("CACHE_DIRECTORY");
        if (!string.IsNullOrEmpty(service)) yield return service.Split(':')[0];
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (string.IsNullOrEmpty(cache) && home.Length > 0)
        {
            cache = System.IO.Path.Combine(home, ".cache");
        }
        if (!string.IsNullOrEmpty(cache))
        {
            yield return System.IO.Path.Combine(cache, "pds-readonly");
        }
    }

    private static DataFolder? TryOpen(string path, out string? reason)
    {
        path = System.IO.Path.GetFullPath(path);
        string lockPath = System.IO.Path.Combine(path, "lock");
        string? why;
        try
        {
            Directory.CreateDirectory(System.IO.Path.Combine(path, "indexes"));
            Directory.CreateDirectory(System.IO.Path.Combine(path, "unpacked"));
            var @lock = new FileStream(
                lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            Sign(@lock);
            reason = null;
            return new DataFolder(path, @lock);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            why = "it cannot be made: no such file or folder";
        }
        catch (UnauthorizedAccessException e)
        {
            why = InputFile.DenialOf(path) ?? e.Message;
        }
        catch (IOException e)
        {
            why = e.HResult == WouldBlock ? UserOf(lockPath) : e.Message;
        }

        reason = $"data folder {path} cannot be used: {why}";
        return null;
    }

    // For the message of the next process alone: what counts is the lock.
    private static void Sign(FileStream @lock)
    {
        string id = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        try
        {
            RandomAccess.SetLength(@lock.SafeFileHandle, 0);
            RandomAccess.Write(@lock.SafeFileHandle, Encoding.ASCII.GetBytes(id), 0);
        }
        catch (IOException)
        {
            // The disk is full.
        }
    }

    private static string UserOf(string lockPath)
    {
        try
        {
            string id = Encoding.ASCII.GetString(InputFile.ReadAll(lockPath, SignatureBytesMax));
            if (int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int process))
            {
                return $"process {process} uses it";
            }
        }
        catch (Exception e) when (
            e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // It may not be read; that it is locked is known.
        }

        return "another process uses it";
    }
}
