using Atproto.Car;
using Atproto.Multiformats;
using Atproto.Mst;
using Atproto.Repo;
using PdsReadonly.Index;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>
/// The nodes of an export, picked out while it streams by, in any order: the commit, and what looks
/// like a node. They wait in memory, and in a file beyond that, until a walk asks for one; its hash
/// is checked then.
/// </summary>
/// <remarks>
/// Memory is bounded: some nodes, some sixty bytes for each of all, and one section. For one thread
/// at a time.
/// </remarks>
/// <param name="bytesMax">Of the export.</param>
/// <param name="room">What it may take; without room no more of the export is wanted.</param>
/// <param name="memoryBytesMax">Of nodes that are not in a file.</param>
internal sealed class ExportedNodes(
    long bytesMax, WalkRoom room, int memoryBytesMax = ExportedNodes.MemoryBytesMaxDefault)
    : IBodySink, IDisposable
{
    private const int MemoryBytesMaxDefault = 4 * 1024 * 1024;

    // A place with its share of a dictionary that doubles.
    private const int PlaceBytes = 64;
    private const int PlacesPerPiece = 256;

    // A place: where a node starts, and its length in the last bits.
    private const int LengthBits = 24;

    // By the first bytes of the digest: what is given out is hashed.
    private readonly Dictionary<ulong, long> _places = new(ClaimedKeys.Instance);
    private readonly MeteredBuffer _unread = new(room.Memory, int.MaxValue);
    private readonly MeteredBuffer _nodes = new(room.Memory, memoryBytesMax);
    private readonly SpillFile _file = new(room.SpillFolder);
    private bool _isInFile;
    private long _nodesLength;
    private int _placesTaken;
    private long _fileTaken;
    private bool _hasRoom = true;
    private Cid _root;
    private bool _hasHeader;

    public long BytesMax => bytesMax;

    /// <summary>The one that the header names, once it came.</summary>
    internal Commit? Commit { get; private set; }

    /// <summary>Why the body is no export.</summary>
    internal RepoFault? Fault { get; private set; }

    public void Dispose()
    {
        _unread.Dispose();
        _nodes.Dispose();
        room.Memory.GiveBack(_placesTaken * PlaceBytes);
        _placesTaken = 0;
        DropFile();
    }

    public void Begin()
    {
        _places.Clear();
        _unread.Clear();
        _nodes.Clear();
        DropFile();
        _nodesLength = 0;
        _hasHeader = false;
        Commit = null;
        Fault = null;
    }

    public bool Take(ReadOnlySpan<byte> piece)
    {
        // Never more than one section and one piece.
        _hasRoom = _unread.TryAppend(piece);
        var unread = _unread.Bytes.Span;
        while (_hasRoom && Fault is null && TryTakeOne(unread, out int taken))
        {
            unread = unread[taken..];
        }

        _unread.RemoveFirst(_unread.Length - unread.Length);
        return _hasRoom && Fault is null;
    }

    /// <summary>Gives a node to a tree; false when it is not here, or is another.</summary>
    internal bool TryMove(in Cid cid, SparseTree tree)
    {
        if (!_places.Remove(KeyOf(cid), out long place)) return false;
        byte[] block = new byte[place & ((1 << LengthBits) - 1)];
        long start = place >> LengthBits;
        if (!_isInFile) _nodes.Bytes.Span.Slice((int)start, block.Length).CopyTo(block);
        else if (!TryRead(start, block)) return false;
        return tree.Add(block, out var actual) == MstError.None && actual == cid;
    }

    private static ulong KeyOf(in Cid cid) => (ulong)cid.DigestPrefix;

    private bool TryTakeOne(ReadOnlySpan<byte> unread, out int length)
    {
        if (!_hasHeader)
        {
            var status = CarHeader.Read(unread, out var header, out length, out var error);
            _root = header.Root;
            _hasHeader = status == CarStatus.Done;
            if (status == CarStatus.Refused) Refuse(error);
            return _hasHeader;
        }

        var outcome = CarSection.Read(unread, out var section, out _, out var sectionError);
        length = section.Length;
        if (outcome == CarStatus.Refused) Refuse(sectionError);
        if (outcome != CarStatus.Done) return false;
        TakeBlock(section.Cid, unread.Slice(section.DataStart, section.DataLength));
        return true;
    }

    private void TakeBlock(in Cid cid, ReadOnlySpan<byte> block)
    {
        if (cid == _root && Commit is null)
        {
            if (Cid.Of(CidCodec.DagCbor, block) != cid) Refuse(CarError.CidMismatch);
            else if (Commit.Read(cid, block, out var commit) == CommitError.None) Commit = commit;
            return;
        }

        bool isNode = cid.Codec == CidCodec.DagCbor && block.Length <= MstLimits.NodeBytesMax
            && MstNode.LooksLikeNode(block);
        if (!isNode || _places.ContainsKey(KeyOf(cid))) return;
        _hasRoom = TryTakePlace() && TryWrite(block);
        if (!_hasRoom) return;
        _places.Add(KeyOf(cid), (_nodesLength << LengthBits) | (long)block.Length);
        _nodesLength += block.Length;
    }

    private bool TryTakePlace()
    {
        if (_places.Count < _placesTaken) return true;
        if (!room.Memory.TryTake(PlacesPerPiece * PlaceBytes)) return false;
        _placesTaken += PlacesPerPiece;
        return true;
    }

    private bool TryWrite(ReadOnlySpan<byte> block)
    {
        if (_isInFile) return TryAppend(block);
        if (_nodes.TryAppend(block, isSpare: true)) return true;
        if (!TryAppend(_nodes.Bytes.Span)) return false;
        _nodes.Dispose();
        _isInFile = true;
        return TryAppend(block);
    }

    private bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        if (!room.Disk.TryTake(bytes.Length)) return false;
        _fileTaken += bytes.Length;
        try
        {
            _file.Append(bytes);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is full: that is nobody's fault but ours.
            room.Disk.Lack();
            return false;
        }
    }

    private bool TryRead(long start, Span<byte> block)
    {
        try
        {
            _file.Read(start, block);
            return true;
        }
        catch (IOException)
        {
            room.Disk.Lack();
            return false;
        }
    }

    private void DropFile()
    {
        _file.Clear();
        _isInFile = false;
        room.Disk.GiveBack(_fileTaken);
        _fileTaken = 0;
    }

    private void Refuse(CarError error) => Fault = new RepoFault
    {
        Code = error.ToString(),
        Message = error.Describe(),
    };

    /// <summary>
    /// Digests that a host claims, and so may choose: by a hash that it cannot foresee, since else
    /// it could have all of them meet at one place of the table.
    /// </summary>
    internal sealed class ClaimedKeys : IEqualityComparer<ulong>
    {
        internal static readonly ClaimedKeys Instance = new();

        public bool Equals(ulong x, ulong y) => x == y;

        // Seeded anew in each process, and over both halves: of a ulong it takes the plain hash.
        public int GetHashCode(ulong obj) => HashCode.Combine((uint)obj, (uint)(obj >> 32));
    }
}
