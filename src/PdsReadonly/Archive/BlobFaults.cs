using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Atproto.Multiformats;
using Atproto.Syntax;
using Microsoft.Extensions.Logging;

namespace PdsReadonly.Archive;

/// <summary>
/// Blobs that were asked for and could not be served: each is logged once, however often it is
/// asked for, and all of a kind are counted. Safe to call from any thread.
/// </summary>
internal sealed partial class BlobFaults(ILogger logger)
{
    // What was logged, as hashes; beyond this many it begins again.
    private const int LoggedMax = 100_000;

    private readonly HashSet<ulong> _logged = [];
    private readonly Lock _gate = new();
    private int _missing;
    private int _wrong;

    /// <summary>Blobs that records reference and that lie nowhere.</summary>
    internal int Missing => _missing;

    /// <summary>Files that are not the blob they are named after.</summary>
    internal int Wrong => _wrong;

    internal void ReportMissing(Did did, in Cid cid)
    {
        if (!IsNew($"{did} {cid}")) return;
        LogMissing(logger, cid.ToString(), did.ToString(), Interlocked.Increment(ref _missing));
    }

    /// <param name="path">Of the file.</param>
    /// <param name="reason">Why it is not served.</param>
    internal void ReportWrong(string path, string reason)
    {
        if (!IsNew(path)) return;
        LogWrong(logger, path, reason, Interlocked.Increment(ref _wrong));
    }

    internal void ReportTooMany(string folder, int filesMax)
    {
        if (IsNew(folder)) LogTooMany(logger, folder, filesMax);
    }

    private bool IsNew(string what)
    {
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(what));
        ulong hash = BinaryPrimitives.ReadUInt64LittleEndian(digest);
        lock (_gate)
        {
            if (_logged.Count >= LoggedMax) _logged.Clear();
            return _logged.Add(hash);
        }
    }

    [LoggerMessage(
        1, LogLevel.Warning,
        "the blob {Cid}, which a record of {Did} references, is not in the blob folder "
        + "({Count} such blobs so far)")]
    private static partial void LogMissing(ILogger logger, string cid, string did, int count);

    [LoggerMessage(
        2, LogLevel.Warning, "{Path} is not served: {Reason} ({Count} such files so far)")]
    private static partial void LogWrong(ILogger logger, string path, string reason, int count);

    [LoggerMessage(
        3, LogLevel.Warning,
        "{Folder} holds more than {FilesMax} blobs in folders below it: the others are not found")]
    private static partial void LogTooMany(ILogger logger, string folder, int filesMax);
}
