using PdsReadonly.Catalog;

namespace PdsReadonly.Archive;

/// <summary>What loading has made in the data folder, as one look at a start finds it.</summary>
internal sealed class StoredFiles
{
    private readonly string _unpackFolder;
    private readonly Dictionary<string, long> _indexes;
    private readonly Dictionary<string, long> _unpacked;

    internal StoredFiles(LoadOptions options)
    {
        _unpackFolder = options.UnpackFolder;
        _indexes = List(options.IndexFolder);
        _unpacked = List(options.UnpackFolder);
    }

    /// <summary>
    /// Whether the repo's index is there in its full length, and what was unpacked for it. The rest
    /// of what may be wrong with them shows when they are read.
    /// </summary>
    internal bool HoldAllOf(RepoEntry entry)
    {
        bool indexed = _indexes.TryGetValue(Path.GetFileName(entry.IndexPath), out long bytes)
            && bytes == entry.IndexBytes;
        bool isUnpacked = Path.GetDirectoryName(entry.CarPath) == _unpackFolder;
        return indexed && (!isUnpacked || _unpacked.ContainsKey(Path.GetFileName(entry.CarPath)));
    }

    // What cannot be listed is not there: loading then says what is wrong with the folder.
    private static Dictionary<string, long> List(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles()
                .ToDictionary(file => file.Name, file => file.Length, StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
