using System.Text;
using Atproto.Car;
using Atproto.Mst;
using Atproto.Multiformats;

namespace Samples.World;

/// <summary>
/// A repo whose truth is known: which records it has, which collections, and which it had at each
/// commit. Takes writes, and tells each as its host's event stream would.
/// </summary>
public sealed class WorldRepo : HostedRepo, IMstNodeSink
{
    private const long FirstRevMicroseconds = 1_700_000_000_000_000;
    private const long StepMicroseconds = 1_000_000;

    private readonly Dictionary<Cid, string[]> _truths = [];
    private readonly Dictionary<string, int> _counts = [];
    private readonly Dictionary<string, int> _versions = [];
    private readonly List<string> _paths = [];
    private MstTree _tree = new();
    private long _microseconds = FirstRevMicroseconds;

    /// <param name="did">Whose it is.</param>
    /// <param name="key">Signs its commits; without one the signature is 64 zeros.</param>
    /// <param name="paths">Of its records, in any order.</param>
    public WorldRepo(string did, SampleKey? key, IEnumerable<string> paths)
        : base(did)
    {
        Key = key;
        Fill(paths);
        Sign();
    }

    /// <summary>Signs the next commits.</summary>
    public SampleKey? Key { get; set; }

    /// <summary>
    /// Whether nodes and records are forgotten that the newest commit does not lead to, as the
    /// reference PDS forgets them.
    /// </summary>
    public bool ForgetsOldBlocks { get; set; }

    /// <summary>In key order.</summary>
    public IReadOnlyList<string> Paths => _paths;

    /// <summary>What any proof has to come to: the collections in key order.</summary>
    public IReadOnlyList<string> Collections() => _truths[Commit.Cid];

    /// <summary>What they were at a commit; null when it was never one of this repo.</summary>
    public IReadOnlyList<string>? CollectionsAt(in Cid commit) => _truths.GetValueOrDefault(commit);

    /// <summary>Layers of the tree.</summary>
    public int Layers => _paths.Count == 0
        ? 1
        : 1 + _paths.Max(path => MstLayer.Of(Encoding.ASCII.GetBytes(path)));

    public bool Has(string path) => IndexOf(path) >= 0;

    /// <summary>
    /// One commit: records that are put, there or not, and others that are removed and must be
    /// there. No path may come twice.
    /// </summary>
    public WorldCommit Write(IReadOnlyCollection<string> put, IReadOnlyCollection<string> removed)
    {
        string[] touched = [.. put, .. removed];
        var before = new List<MstTreeNode>();
        foreach (string path in touched) Cover(path, before);
        var ops = new List<WorldOp>();
        foreach (string path in put) ops.Add(Put(path));
        foreach (string path in removed) ops.Add(Remove(path));

        var nodes = new List<MstTreeNode>();
        _tree.AddNewNodes(nodes);
        foreach (var node in nodes) Keep(node.Cid, node.Block.ToArray());
        foreach (string path in touched) Cover(path, nodes);
        if (ForgetsOldBlocks) ForgetReplaced(before, nodes, ops);
        return Finish(ops, nodes.Select(node => node.Cid).Distinct());
    }

    /// <summary>The first commit, which made all there is; only before the first write.</summary>
    public WorldCommit Creation() => new()
    {
        Did = Did,
        Rev = Rev,
        Since = null,
        PrevData = null,
        Data = Data,
        Commit = Commit,
        Ops = [.. _paths.Select(path => new WorldOp(path, RecordAt(path).Cid, null))],
        Blocks = Export(),
    };

    /// <summary>A commit of the same tree, with a new rev, by the key of now.</summary>
    public WorldCommit SignAnew() => Finish([], [Data]);

    /// <summary>
    /// Gives it other content in one step, as when a backup is put in place: to be told by a #sync.
    /// </summary>
    public WorldCommit Replace(IEnumerable<string> paths)
    {
        _paths.Clear();
        _counts.Clear();
        _versions.Clear();
        var (since, prevData) = (Rev, Data);
        Fill(paths);
        Sign();
        return Tell([], [Data], since, prevData);
    }

    /// <inheritdoc/>
    void IMstNodeSink.Add(in Cid cid, int layer, long firstKey, ReadOnlySpan<byte> block) =>
        Keep(cid, block.ToArray());

    private void Fill(IEnumerable<string> paths)
    {
        _paths.AddRange(paths.Distinct());
        _paths.Sort(StringComparer.Ordinal);
        var builder = new MstBuilder(this);
        foreach (string path in _paths)
        {
            var record = RecordAt(path);
            Keep(record.Cid, record.Bytes);
            var error = builder.Add(Encoding.ASCII.GetBytes(path), record.Cid);
            if (error != MstError.None) throw new InvalidDataException($"{error}: {path}");
            Count(path, 1);
        }

        Data = builder.Finish();
        _tree = new MstTree(Data, this);
    }

    private WorldOp Put(string path)
    {
        int index = IndexOf(path);
        Cid? previous = index >= 0 ? RecordAt(path).Cid : null;
        _versions[path] = _versions.GetValueOrDefault(path) + 1;
        var record = RecordAt(path);
        Keep(record.Cid, record.Bytes);
        byte[] key = Encoding.ASCII.GetBytes(path);
        if (index >= 0)
        {
            Must(_tree.Update(key, record.Cid, out _));
        }
        else
        {
            Must(_tree.Insert(key, record.Cid));
            _paths.Insert(~index, path);
            Count(path, 1);
        }

        return new WorldOp(path, record.Cid, previous);
    }

    private WorldOp Remove(string path)
    {
        var previous = RecordAt(path).Cid;
        Must(_tree.Delete(Encoding.ASCII.GetBytes(path), out _));
        _paths.RemoveAt(IndexOf(path));
        Count(path, -1);
        return new WorldOp(path, null, previous);
    }

    private WorldCommit Finish(List<WorldOp> ops, IEnumerable<Cid> nodes)
    {
        var (since, prevData) = (Rev, Data);
        Data = _tree.RootCid;
        // What this commit made is no longer new for the next.
        _tree = new MstTree(Data, this);
        Sign();
        return Tell(ops, nodes, since, prevData);
    }

    private WorldCommit Tell(
        List<WorldOp> ops, IEnumerable<Cid> nodes, string since, in Cid prevData)
    {
        var blocks = Begin();
        var records = ops.Where(op => op.Cid is not null).Select(op => op.Cid!.Value);
        foreach (var cid in nodes.Concat(records))
        {
            CarWriter.WriteSection(blocks, cid, Block(cid)!);
        }

        return new WorldCommit
        {
            Did = Did,
            Rev = Rev,
            Since = since,
            PrevData = prevData,
            Data = Data,
            Commit = Commit,
            Ops = ops,
            Blocks = blocks.WrittenSpan.ToArray(),
        };
    }

    private void Sign()
    {
        _microseconds += StepMicroseconds;
        Rev = SampleTid.Of(_microseconds);
        Commit = SignedCommit.Make(Did, Rev, Key, Data);
        string[] names = [.. _counts.Keys];
        Array.Sort(names, (a, b) => string.CompareOrdinal(a + "/", b + "/"));
        _truths[Commit.Cid] = names;
    }

    // What a commit replaced stood on the ways to what it touched, and no longer does.
    private void ForgetReplaced(
        List<MstTreeNode> before, List<MstTreeNode> after, List<WorldOp> ops)
    {
        var kept = after.Select(node => node.Cid).ToHashSet();
        foreach (var node in before)
        {
            if (!kept.Contains(node.Cid)) Forget(node.Cid);
        }

        foreach (var op in ops)
        {
            if (op.Prev is { } record) Forget(record);
        }
    }

    private void Cover(string path, List<MstTreeNode> nodes)
    {
        var result = _tree.AddCoveringProof(Encoding.ASCII.GetBytes(path), nodes);
        if (result.Status == MstTreeStatus.Failed) throw new InvalidDataException($"{result}");
    }

    // Its path and version are in it, so that no two are equal.
    private SampleBlock RecordAt(string path)
    {
        string collection = CollectionOf(path);
        return SampleBlock.Of(SampleRecord.Encode(
            ("$type", collection), ("key", path[(collection.Length + 1)..]),
            ("version", _versions.GetValueOrDefault(path))));
    }

    private int IndexOf(string path) => _paths.BinarySearch(path, StringComparer.Ordinal);

    private void Count(string path, int change)
    {
        string collection = CollectionOf(path);
        int count = _counts.GetValueOrDefault(collection) + change;
        if (count == 0) _counts.Remove(collection);
        else _counts[collection] = count;
    }

    private static void Must(MstTreeResult result)
    {
        if (!result.IsDone) throw new InvalidDataException(result.ToString());
    }
}
