using System.Diagnostics;
using System.IO.Enumeration;
using System.Text;
using Atproto.Multiformats;

namespace PdsReadonly.Archive;

/// <summary>
/// Which blobs lie in the folders below one DID's folder, as one walk found them; those in the
/// folder itself are looked for by name. Twelve bytes a blob. Immutable.
/// </summary>
internal sealed class BlobTree
{
    /// <summary>More files than this are not remembered, over all trees either.</summary>
    internal const int FilesMax = 2_000_000;

    // Folders looked through, and how deep: more is not a blob store.
    private const int FoldersMax = 100_000;
    private const int DepthMax = 9;

    // Halves of digests in order, and for each in which folder.
    private readonly ulong[] _digests;
    private readonly int[] _places;
    private readonly string[] _folders;

    private BlobTree(ulong[] digests, int[] places, string[] folders, bool isWhole)
    {
        (_digests, _places, _folders, IsWhole) = (digests, places, folders, isWhole);
        Array.Sort(_digests, _places);
    }

    internal static BlobTree Empty { get; } = new([], [], [], isWhole: true);

    internal int FileCount => _digests.Length;

    /// <summary>Whether there were no more files than are remembered.</summary>
    internal bool IsWhole { get; }

    /// <summary>Looks through the folders; null when that failed midway.</summary>
    internal static BlobTree? Walk(string folder)
    {
        try
        {
            var walk = new Walker(folder);
            bool isWhole = walk.Run();
            return new BlobTree(
                [.. walk.Digests], [.. walk.Places], [.. walk.Folders], isWhole);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Where the blob was; most often in one place or none.</summary>
    internal IEnumerable<string> PathsOf(Cid cid)
    {
        ulong digest = HalfOf(cid);
        int at = Array.BinarySearch(_digests, digest);
        while (at > 0 && _digests[at - 1] == digest) at--;
        for (; at >= 0 && at < _digests.Length && _digests[at] == digest; at++)
        {
            yield return Path.Combine(_folders[_places[at]], cid.ToString());
        }
    }

    private static ulong HalfOf(in Cid cid) => (ulong)(cid.DigestPrefix >> 64);

    private sealed class Walker(string folder)
    {
        private int _foldersSeen;

        internal List<ulong> Digests { get; } = [];

        internal List<int> Places { get; } = [];

        internal List<string> Folders { get; } = [];

        /// <summary>False when there was more than is remembered.</summary>
        internal bool Run()
        {
            var options = new EnumerationOptions
            {
                RecurseSubdirectories = true,
                MaxRecursionDepth = DepthMax,
                IgnoreInaccessible = true,
                AttributesToSkip = 0,
            };
            var files = new FileSystemEnumerable<ulong>(folder, Keep, options)
            {
                ShouldIncludePredicate = IsBlob,
                ShouldRecursePredicate = IsFolder,
            };
            foreach (ulong digest in files)
            {
                if (Digests.Count == FilesMax) return false;
                Digests.Add(digest);
                Places.Add(Folders.Count - 1);
            }

            return _foldersSeen <= FoldersMax;
        }

        // Links to folders are not followed: they may lead in circles.
        private bool IsFolder(ref FileSystemEntry entry) =>
            (entry.Attributes & FileAttributes.ReparsePoint) == 0
            && ++_foldersSeen <= FoldersMax;

        private static bool IsBlob(ref FileSystemEntry entry) =>
            entry.FileName.Length == Cid.TextBytes
            && entry.Directory.Length > entry.RootDirectory.Length
            && TryParse(entry.FileName, out _)
            && !entry.IsDirectory;

        // Files of one folder come one after the other.
        private ulong Keep(ref FileSystemEntry entry)
        {
            bool isSame = Folders.Count > 0 && entry.Directory.SequenceEqual(Folders[^1]);
            if (!isSame) Folders.Add(entry.Directory.ToString());
            return TryParse(entry.FileName, out var cid)
                ? HalfOf(cid)
                : throw new UnreachableException("was included without a CID");
        }

        private static bool TryParse(ReadOnlySpan<char> name, out Cid cid)
        {
            Span<byte> text = stackalloc byte[Cid.TextBytes];
            cid = default;
            return Encoding.ASCII.TryGetBytes(name, text, out int written)
                && Cid.TryParse(text[..written], out cid);
        }
    }
}
