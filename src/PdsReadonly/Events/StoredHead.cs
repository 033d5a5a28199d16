using Microsoft.Data.Sqlite;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;

namespace PdsReadonly.Events;

/// <summary>
/// What an event needs of a head that is not being loaded: read from its CAR, and hashed again.
/// </summary>
internal static class StoredHead
{
    internal static HeadContent Read(RepoEntry entry)
    {
        try
        {
            using var reader = RepoReader.Open(entry);
            if (reader.Read(entry.Head, out var block) != ReadStatus.Done) return default;
            return new HeadContent(block.ToArray(), reader.Index.RecordCount);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException
            or SqliteException or InvalidDataException)
        {
            return default;
        }
    }
}
