using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Atproto.Mst;
using Atproto.Multiformats;
using Atproto.Repo;

namespace Samples;

/// <summary>Takes one record; the spans are valid during the call.</summary>
public delegate void RecordVisitor(ReadOnlySpan<byte> path, ReadOnlySpan<byte> record);

/// <summary>Visits a repo's records in path order; every run visits the same ones.</summary>
public delegate void RecordSource(RecordVisitor visitor);

/// <summary>Takes one block; the span is valid during the call.</summary>
public delegate void BlockVisitor(in Cid cid, ReadOnlySpan<byte> block);

/// <summary>
/// Puts a repo's blocks in pre-order (commit; then each node before what is below it) without
/// holding them. It takes two passes over the records: the first builds the tree, spilling closed
/// nodes to one file per layer; the second replays the records and takes nodes from the spills as
/// their first key comes up. Records that are equal must not occur twice when each block is to be
/// written once.
/// </summary>
public sealed class PreorderRepo : IMstNodeSink, IDisposable
{
    // First key (8), block length (4), CID (36).
    private const int SpillHeadBytes = 12 + Cid.Bytes;

    private readonly List<Spill> _spills = [];
    private readonly RecordSource _records;
    private readonly string? _spillPath;

    /// <param name="did">Written into the commit, like <paramref name="rev"/>.</param>
    /// <param name="rev">A TID.</param>
    /// <param name="key">Signs the commit.</param>
    /// <param name="records">Is run here once, and once per <see cref="Emit"/>.</param>
    /// <param name="spillPath">Prefix of temporary files; null spills to memory.</param>
    public PreorderRepo(
        string did, string rev, SampleKey key, RecordSource records, string? spillPath = null)
    {
        _records = records;
        _spillPath = spillPath;
        var builder = new MstBuilder(this);
        records((path, record) =>
        {
            var error = builder.Add(path, Cid.Of(CidCodec.DagCbor, record));
            if (error == MstError.None) return;
            throw new InvalidDataException(
                $"{error.Describe()}: {Encoding.UTF8.GetString(path)}");
        });
        RecordCount = builder.KeyCount;
        Data = builder.Finish();
        Commit = Sign(did, rev, key, Data);
        CommitCid = Cid.Of(CidCodec.DagCbor, Commit);
    }

    public long RecordCount { get; }

    public long NodeCount { get; private set; }

    public Cid Data { get; }

    public Cid CommitCid { get; }

    /// <summary>The signed commit's block.</summary>
    public byte[] Commit { get; }

    /// <summary>The commit's block for a tree.</summary>
    public static byte[] Sign(string did, string rev, SampleKey key, in Cid data)
    {
        byte[] didBytes = Encoding.UTF8.GetBytes(did);
        byte[] revBytes = Encoding.UTF8.GetBytes(rev);
        var output = new ArrayBufferWriter<byte>();
        CommitEncoder.WriteUnsigned(output, didBytes, revBytes, data);
        byte[] signature = key.Sign(output.WrittenSpan);
        output.ResetWrittenCount();
        CommitEncoder.WriteSigned(output, didBytes, revBytes, signature, data);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Visits every block. The repo is used up afterwards.</summary>
    public void Emit(BlockVisitor visitor)
    {
        visitor(CommitCid, Commit);
        foreach (var spill in _spills) spill.Rewind();
        long index = 0;
        _records((_, record) =>
        {
            EmitNodes(index++, visitor);
            visitor(Cid.Of(CidCodec.DagCbor, record), record);
        });
        // The empty repo's only node stands before no key.
        if (index == 0) EmitNodes(0, visitor);
    }

    public void Dispose()
    {
        foreach (var spill in _spills) spill.Dispose();
    }

    void IMstNodeSink.Add(in Cid cid, int layer, long firstKey, ReadOnlySpan<byte> block)
    {
        while (_spills.Count <= layer) _spills.Add(new Spill(_spillPath, _spills.Count));
        _spills[layer].Write(cid, firstKey, block);
        NodeCount++;
    }

    private void EmitNodes(long index, BlockVisitor visitor)
    {
        for (int layer = _spills.Count - 1; layer >= 0; layer--)
        {
            var spill = _spills[layer];
            if (spill.FirstKey != index) continue;
            spill.Emit(visitor);
        }
    }

    private sealed class Spill : IDisposable
    {
        private readonly Stream _stream;
        private readonly byte[] _head = new byte[SpillHeadBytes];
        private byte[] _block = new byte[1024];

        internal Spill(string? path, int layer) =>
            _stream = path is null
                ? new MemoryStream()
                : new FileStream(
                    $"{path}.layer{layer}.tmp",
                    FileMode.Create,
                    FileAccess.ReadWrite,
                    FileShare.None,
                    1 << 16,
                    FileOptions.DeleteOnClose);

        /// <summary>Of the node that <see cref="Emit"/> gives next; -1 after the last.</summary>
        internal long FirstKey { get; private set; }

        internal void Write(in Cid cid, long firstKey, ReadOnlySpan<byte> block)
        {
            BinaryPrimitives.WriteInt64LittleEndian(_head, firstKey);
            BinaryPrimitives.WriteInt32LittleEndian(_head.AsSpan(8), block.Length);
            cid.CopyTo(_head.AsSpan(12));
            _stream.Write(_head);
            _stream.Write(block);
        }

        internal void Rewind()
        {
            _stream.Position = 0;
            ReadHead();
        }

        internal void Emit(BlockVisitor visitor)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(_head.AsSpan(8));
            if (length > _block.Length) _block = new byte[length];
            _stream.ReadExactly(_block, 0, length);
            Cid.TryRead(_head.AsSpan(12), out var cid);
            visitor(cid, _block.AsSpan(0, length));
            ReadHead();
        }

        public void Dispose() => _stream.Dispose();

        private void ReadHead()
        {
            int got = _stream.ReadAtLeast(_head, _head.Length, throwOnEndOfStream: false);
            FirstKey = got == _head.Length ? BinaryPrimitives.ReadInt64LittleEndian(_head) : -1;
        }
    }
}
