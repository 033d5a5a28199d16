using Atproto.Car;
using Atproto.Multiformats;
using Atproto.Mst;
using Atproto.Repo;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>
/// The nodes of an export, picked out while it streams by, in any order: the commit, and what looks
/// like a node. They wait in memory, and in a file beyond that, until a walk asks for one; its hash
/// is checked then.
/// </summary>
/// <remarks>
/// Memory is bounded: 16 MiB of nodes, some hundred bytes for each, and one section. For one
/// thread at a time.
/// </remarks>
/// <param name="bytesMax">Of the export.</param>
/// <param name="memoryBytesMax">Of nodes that are not in a file.</param>
internal sealed class ExportedNodes(
    long bytesMax, int memoryBytesMax = ExportedNodes.MemoryBytesMaxDefault)
    : IBodySink, IDisposable
{
    private const int MemoryBytesMaxDefault = 16 * 1024 * 1024;
    private const long FileBytesMax = 1L << 30;
    private const int NodesMax = 500_000;

    private readonly Dictionary<Cid, (long Start, int Length)> _places = [];

    // Most exports are small: a large array for each would have the runtime collect all the time.
    private byte[] _unread = [];
    private int _unreadLength;
    private Stream _nodes = new MemoryStream();
    private Cid _root;
    private bool _hasHeader;

    public long BytesMax => bytesMax;

    /// <summary>The one that the header names, once it came.</summary>
    internal Commit? Commit { get; private set; }

    /// <summary>Why the body is no export.</summary>
    internal RepoFault? Fault { get; private set; }

    public void Dispose() => _nodes.Dispose();

    public void Begin()
    {
        _places.Clear();
        _unreadLength = 0;
        _nodes.SetLength(0);
        _hasHeader = false;
        Commit = null;
        Fault = null;
    }

    public bool Take(ReadOnlySpan<byte> piece)
    {
        // Never more than one section and one piece.
        int length = _unreadLength + piece.Length;
        if (length > _unread.Length)
        {
            Array.Resize(ref _unread, Math.Max(length, 2 * _unread.Length));
        }

        piece.CopyTo(_unread.AsSpan(_unreadLength));
        var unread = _unread.AsSpan(0, length);
        while (Fault is null && TryTakeOne(unread, out int taken)) unread = unread[taken..];
        _unreadLength = unread.Length;
        if (unread.Length < length) unread.CopyTo(_unread);
        return Fault is null;
    }

    /// <summary>Gives a node to a tree; false when it is not here, or is another.</summary>
    internal bool TryMove(in Cid cid, SparseTree tree)
    {
        if (!_places.Remove(cid, out var place)) return false;
        byte[] block = new byte[place.Length];
        _nodes.Position = place.Start;
        _nodes.ReadExactly(block);
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
        long start = _nodes.Length;
        if (_places.Count >= NodesMax || start + block.Length > FileBytesMax)
        {
            Refuse(CarError.FileTooLarge);
            return;
        }

        if (_nodes is MemoryStream && start + block.Length > memoryBytesMax) MoveToFile();
        _nodes.Position = start;
        _nodes.Write(block);
        _places.Add(cid, (start, block.Length));
    }

    private void MoveToFile()
    {
        string path = Path.Combine(Path.GetTempPath(), $"pds-readonly-{Guid.NewGuid():N}.tmp");
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.DeleteOnClose,
        });
        // Where open files can lose their name, it goes at once: then a kill leaves nothing behind.
        if (!OperatingSystem.IsWindows()) File.Delete(path);
        _nodes.Position = 0;
        _nodes.CopyTo(file);
        _nodes.Dispose();
        _nodes = file;
    }

    private void Refuse(CarError error) => Fault = new RepoFault
    {
        Code = error.ToString(),
        Message = error.Describe(),
    };
}
