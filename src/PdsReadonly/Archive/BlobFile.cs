using Microsoft.Win32.SafeHandles;
using PdsReadonly.Platform;

namespace PdsReadonly.Archive;

/// <summary>A blob, open and checked: a file of its own, or a part of a CAR.</summary>
/// <param name="Handle">The receiver owns it.</param>
/// <param name="Path">Of the file.</param>
/// <param name="Stat">Of the file when the blob in it was right.</param>
/// <param name="Offset">Where the blob begins.</param>
/// <param name="Length">Of the blob.</param>
internal readonly record struct BlobFile(
    SafeFileHandle Handle, string Path, FileStat Stat, long Offset, long Length);

/// <summary>How a search for a blob ended.</summary>
internal enum BlobSearch
{
    Found,

    /// <summary>No file has its name.</summary>
    Missing,

    /// <summary>A file has its name and is not the blob; which one was logged.</summary>
    Wrong,

    /// <summary>The folders are being looked through for the first time.</summary>
    Later,

    /// <summary>The turn is over; asked again in the next, it goes on from there.</summary>
    TurnOver,
}
