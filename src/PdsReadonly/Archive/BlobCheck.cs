using System.Security.Cryptography;
using Atproto.Multiformats;
using Microsoft.Win32.SafeHandles;
using PdsReadonly.Platform;

namespace PdsReadonly.Archive;

/// <summary>
/// Whether a part of a file hashes to a CID, found out in steps that any thread may take: all who
/// wait for one file share the work of reading it once.
/// </summary>
internal sealed class BlobCheck(in Cid cid, FileStat stat, long offset, long length)
{
    /// <summary>What one step reads at most.</summary>
    internal const int StepBytes = 4 << 20;

    private const int BufferBytes = 64 << 10;

    private readonly Lock _gate = new();
    private readonly IncrementalHash _hash =
        IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private readonly Cid _cid = cid;
    private long _offset = offset;
    private long _left = length;
    private bool? _verdict;

    /// <summary>
    /// What the file was like before it was read: one that has changed since has another for good.
    /// </summary>
    internal FileStat Stat { get; } = stat;

    /// <summary>Takes a step; null while there are more to take.</summary>
    /// <param name="handle">The same file, by whichever handle.</param>
    internal bool? Advance(SafeFileHandle handle)
    {
        lock (_gate)
        {
            if (_verdict is null) Step(handle);
            return _verdict;
        }
    }

    private void Step(SafeFileHandle handle)
    {
        byte[] buffer = new byte[(int)Math.Min(_left, BufferBytes)];
        for (int taken = 0; _left > 0 && taken < StepBytes;)
        {
            var room = buffer.AsSpan(0, (int)Math.Min(_left, buffer.Length));
            int read = RandomAccess.Read(handle, room, _offset);
            if (read == 0)
            {
                End(isRight: false);
                return;
            }

            _hash.AppendData(room[..read]);
            _offset += read;
            _left -= read;
            taken += read;
        }

        if (_left > 0) return;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(digest);
        End(_cid.HasDigest(digest));
    }

    private void End(bool isRight)
    {
        _verdict = isRight;
        _hash.Dispose();
    }
}
