using Atproto.Car;
using Atproto.Multiformats;
using Atproto.Mst;
using Atproto.Repo;
using PdsReadonly.Archive;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>
/// The nodes of an export, picked out while it streams by, in any order: the commit, and what looks
/// like a node. They wait in memory, and in a file beyond that, until a walk asks for one; its hash
/// is checked then.
/// </summary>
/// <remarks>
/// Memory is bounded: some nodes, a hundred bytes for each of all, and one section. For one thread
/// at a time.
/// </remarks>
/// <param name="bytesMax">Of the export.</param>
/// <param name="memory">Where it is taken from; without room no more is wanted.</param>
/// <param name="spillFolder">Where the file would be.</param>
/// <param name="memoryBytesMax">Of nodes that are not in a file.</param>
internal sealed class ExportedNodes(
    long bytesMax, MemoryShare memory, string spillFolder,
    int memoryBytesMax = ExportedNodes.MemoryBytesMaxDefault) : IBodySink, IDisposable
{
    private const int MemoryBytesMaxDefault = 4 * 1024 * 1024;

    // A place with its share of a dictionary that doubles.
    private const int PlaceBytes = 160;
    private const int PlacesPerPiece = 256;
    private const long FileBytesMax = 1L << 30;
    private const int NodesMax = 500_000;

    private readonly Dictionary<Cid, (long Start, int Length)> _places = [];
    private readonly MeteredBuffer _unread = new(memory, int.MaxValue);
    private readonly MeteredBuffer _nodes = new(memory, memoryBytesMax);
    private readonly SpillFile _file = new(spillFolder);
    private bool _isInFile;
    private long _nodesLength;
    private int _placesTaken;
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
        _file.Dispose();
        memory.GiveBack(_placesTaken * PlaceBytes);
        _placesTaken = 0;
    }

    public void Begin()
    {
        _places.Clear();
        _unread.Clear();
        _nodes.Clear();
        _file.Clear();
        _isInFile = false;
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
        if (!_places.Remove(cid, out var place)) return false;
        byte[] block = new byte[place.Length];
        if (_isInFile) _file.Read(place.Start, block);
        else _nodes.Bytes.Span.Slice((int)place.Start, place.Length).CopyTo(block);
        return tree.Add(block, out var actual) == MstError.None && actual == cid;
    }

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
        try
        {
            TakeBlock(section.Cid, unread.Slice(section.DataStart, section.DataLength));
        }
        catch (IOException e)
        {
            // The disk is full: no fault of the host, but as little use.
            Refuse(CarError.ReadFailed);
            Fault = Fault! with { Message = e.Message };
        }

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
        if (!isNode || _places.ContainsKey(cid)) return;
        if (_places.Count >= NodesMax || _nodesLength + block.Length > FileBytesMax)
        {
            Refuse(CarError.FileTooLarge);
            return;
        }

        _hasRoom = TryTakePlace();
        if (!_hasRoom) return;
        Write(block);
        _places.Add(cid, (_nodesLength, block.Length));
        _nodesLength += block.Length;
    }

    private bool TryTakePlace()
    {
        if (_places.Count < _placesTaken) return true;
        if (!memory.TryTake(PlacesPerPiece * PlaceBytes)) return false;
        _placesTaken += PlacesPerPiece;
        return true;
    }

    private void Write(ReadOnlySpan<byte> block)
    {
        if (!_isInFile && _nodes.TryAppend(block, isSpare: true)) return;
        if (!_isInFile)
        {
            _file.Append(_nodes.Bytes.Span);
            _nodes.Dispose();
            _isInFile = true;
        }

        _file.Append(block);
    }

    private void Refuse(CarError error) => Fault = new RepoFault
    {
        Code = error.ToString(),
        Message = error.Describe(),
    };
}
