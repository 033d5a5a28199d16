using System.Buffers;
using System.Text;
using Atproto.Car;
using Atproto.Mst;
using Atproto.Multiformats;
using Atproto.Repo;

namespace Samples;

/// <summary>
/// A host of one repo in memory, for those who fetch a part of its tree: it answers as hosts do,
/// and takes writes in between. Records are not kept: their CIDs stand for them.
/// </summary>
public sealed class SampleHost : IMstNodeSink
{
    private readonly SampleKey? _key;
    private readonly MstNodeSet _nodes = new();
    private readonly SortedSet<string> _paths = new(StringComparer.Ordinal);
    private readonly MstTree _tree;
    private long _microseconds = 1_700_000_000_000_000;

    /// <param name="did">Whose repo it is.</param>
    /// <param name="key">Signs commits; without one the signature is 64 zeros.</param>
    /// <param name="paths">Of its records, in any order.</param>
    public SampleHost(string did, SampleKey? key, IEnumerable<string> paths)
    {
        Did = did;
        _key = key;
        _paths.UnionWith(paths);
        var builder = new MstBuilder(this);
        foreach (string path in _paths)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(path);
            var error = builder.Add(bytes, Cid.Of(CidCodec.DagCbor, bytes));
            if (error != MstError.None) throw new InvalidDataException($"{error}: {path}");
        }

        _tree = new MstTree(builder.Finish(), _nodes);
        Sign();
    }

    public string Did { get; }

    public string Rev { get; private set; } = "";

    /// <summary>The root node's CID.</summary>
    public Cid Data => _tree.RootCid;

    /// <summary>The signed commit's block.</summary>
    public SampleBlock Commit { get; private set; } = SampleBlock.Of([]);

    public IReadOnlyCollection<string> Paths => _paths;

    /// <summary>Nodes of the tree at first; those of later ones are added.</summary>
    public int NodeCount => _nodes.Count;

    /// <summary>Layers of the tree.</summary>
    public int Layers => _paths.Count == 0
        ? 1
        : 1 + _paths.Max(path => MstLayer.Of(Encoding.UTF8.GetBytes(path)));

    /// <summary>What any proof has to come to: the collections in key order.</summary>
    public IReadOnlyList<string> Collections() =>
        [.. _paths.Select(path => path[..path.IndexOf('/', StringComparison.Ordinal)]).Distinct()];

    /// <summary>sync.getRecord: the commit and the nodes on the way to a key.</summary>
    public byte[] Proof(string path)
    {
        var answer = Begin();
        byte[] key = Encoding.UTF8.GetBytes(path);
        var reader = new MstNode();
        var cid = Data;
        var step = MstStep.Descend;
        while (step == MstStep.Descend)
        {
            var block = WriteNode(answer, cid);
            if (reader.Read(block.Span) != MstError.None) throw new InvalidDataException($"{cid}");
            step = MstSearch.Next(reader, block.Span, key, out cid);
        }

        return answer.WrittenSpan.ToArray();
    }

    /// <summary>sync.getBlocks: nodes and the commit by CID; null when one is missing.</summary>
    public byte[]? Blocks(IEnumerable<Cid> cids)
    {
        var answer = new ArrayBufferWriter<byte>();
        CarWriter.WriteHeader(answer);
        foreach (var cid in cids)
        {
            bool isHere = _nodes.TryGetBlock(cid, out var block);
            if (cid == Commit.Cid) block = Commit.Bytes;
            else if (!isHere) return null;
            CarWriter.WriteSection(answer, cid, block.Span);
        }

        return answer.WrittenSpan.ToArray();
    }

    /// <summary>sync.getRepoCollections: the nodes that prove a range of them.</summary>
    public byte[] ProvenPage(string? after = null, int limit = int.MaxValue)
    {
        var answer = Begin();
        var walk = new CollectionWalk(
            new WrittenNodes(this, answer), Data, Encoding.UTF8.GetBytes(after ?? ""));
        for (int found = 0; found < limit; found++)
        {
            var step = walk.Step();
            if (step == WalkStep.End) break;
            if (step != WalkStep.Collection) throw new InvalidDataException($"{walk.Error}");
        }

        return answer.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Adds records and removes others, as one commit; returns the #commit's blocks, with what it
    /// takes to undo it.
    /// </summary>
    public byte[] Write(IReadOnlyCollection<string> added, IReadOnlyCollection<string> removed)
    {
        foreach (string path in added)
        {
            byte[] key = Encoding.UTF8.GetBytes(path);
            Must(_tree.Insert(key, Cid.Of(CidCodec.DagCbor, key)));
            _paths.Add(path);
        }

        foreach (string path in removed)
        {
            Must(_tree.Delete(Encoding.UTF8.GetBytes(path), out _));
            _paths.Remove(path);
        }

        var nodes = new List<MstTreeNode>();
        _tree.AddNewNodes(nodes);
        foreach (var node in nodes) _nodes.Add(node);
        foreach (string path in added.Concat(removed))
        {
            _tree.AddCoveringProof(Encoding.UTF8.GetBytes(path), nodes);
        }

        Sign();
        var answer = Begin();
        foreach (var cid in nodes.Select(node => node.Cid).Distinct()) WriteNode(answer, cid);
        return answer.WrittenSpan.ToArray();
    }

    /// <inheritdoc/>
    void IMstNodeSink.Add(in Cid cid, int layer, long firstKey, ReadOnlySpan<byte> block) =>
        _nodes.AddVerified(cid, block.ToArray());

    private void Sign()
    {
        _microseconds += 1_000_000;
        Rev = SampleTid.Of(_microseconds);
        if (_key is not null)
        {
            Commit = SampleBlock.Of(PreorderRepo.Sign(Did, Rev, _key, Data));
            return;
        }

        var output = new ArrayBufferWriter<byte>();
        CommitEncoder.WriteSigned(
            output, Encoding.UTF8.GetBytes(Did), Encoding.UTF8.GetBytes(Rev),
            new byte[CommitEncoder.SignatureBytes], Data);
        Commit = SampleBlock.Of(output.WrittenSpan.ToArray());
    }

    private ArrayBufferWriter<byte> Begin()
    {
        var answer = new ArrayBufferWriter<byte>();
        CarWriter.WriteHeader(answer, Commit.Cid);
        CarWriter.WriteSection(answer, Commit.Cid, Commit.Bytes);
        return answer;
    }

    private ReadOnlyMemory<byte> WriteNode(IBufferWriter<byte> answer, in Cid cid)
    {
        if (!_nodes.TryGetBlock(cid, out var block)) throw new InvalidDataException($"no {cid}");
        CarWriter.WriteSection(answer, cid, block.Span);
        return block;
    }

    private static void Must(MstTreeResult result)
    {
        if (!result.IsDone) throw new InvalidDataException(result.ToString());
    }

    private sealed class WrittenNodes(SampleHost host, IBufferWriter<byte> answer) : ISparseNodes
    {
        private readonly MstNode _reader = new();

        public MstError Find(in Cid cid, int depth, out SparseNode? node)
        {
            node = new SparseNode();
            return node.Read(_reader, host.WriteNode(answer, cid).Span);
        }
    }
}
