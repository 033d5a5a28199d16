using System.Buffers;
using System.Text;
using Atproto.Cbor;
using Atproto.Mst;
using Atproto.Multiformats;
using Atproto.Repo;

namespace Samples;

/// <summary>One record that a #commit of a <see cref="WrittenRepo"/> touched.</summary>
/// <param name="Action">create, update or delete.</param>
/// <param name="Path">Collection, slash, record key.</param>
/// <param name="Cid">Now; null when it was deleted.</param>
/// <param name="Prev">Before; null for a new one.</param>
public sealed record SampleOp(string Action, string Path, Cid? Cid, Cid? Prev);

/// <summary>A #commit as plain fields, so that tests can change any of them.</summary>
public sealed record SampleCommit
{
    public required string Did { get; init; }

    public required string Rev { get; init; }

    public string? Since { get; init; }

    public Cid? PrevData { get; init; }

    /// <summary>The root of its own tree.</summary>
    public required Cid Data { get; init; }

    public required IReadOnlyList<SampleOp> Ops { get; init; }

    /// <summary>The CAR slice: the commit first.</summary>
    public required SampleCar Car { get; init; }

    public Cid Commit { get; init; }

    public long Seq { get; init; } = 1;

    public bool TooBig { get; init; }

    /// <summary>The message, header and body.</summary>
    public byte[] ToFrame()
    {
        byte[] blocks = Car.ToBytes();
        var output = new ArrayBufferWriter<byte>(blocks.Length + 1024);
        var cbor = new CborWriter(output);
        WriteHeader(cbor, "#commit");
        cbor.WriteMap(PrevData is null ? 11 : 12);
        cbor.WriteText("ops"u8);
        cbor.WriteArray(Ops.Count);
        foreach (var op in Ops) WriteOp(cbor, op);
        WritePair(cbor, "rev", Rev);
        cbor.WriteText("seq"u8);
        cbor.WriteInteger(Seq);
        WritePair(cbor, "repo", Did);
        WritePair(cbor, "time", "2024-01-01T00:00:00.000Z");
        cbor.WriteText("blobs"u8);
        cbor.WriteArray(0);
        cbor.WriteText("since"u8);
        if (Since is null) cbor.WriteNull();
        else cbor.WriteText(Encoding.ASCII.GetBytes(Since));
        cbor.WriteText("blocks"u8);
        cbor.WriteBytes(blocks);
        cbor.WriteText("commit"u8);
        cbor.WriteLink(Commit);
        cbor.WriteText("rebase"u8);
        cbor.WriteBoolean(false);
        cbor.WriteText("tooBig"u8);
        cbor.WriteBoolean(TooBig);
        if (PrevData is { } prevData)
        {
            cbor.WriteText("prevData"u8);
            cbor.WriteLink(prevData);
        }

        return output.WrittenSpan.ToArray();
    }

    internal static void WriteHeader(in CborWriter cbor, string type)
    {
        cbor.WriteMap(2);
        WritePair(cbor, "t", type);
        cbor.WriteText("op"u8);
        cbor.WriteInteger(1);
    }

    internal static void WritePair(in CborWriter cbor, string key, string value)
    {
        cbor.WriteText(Encoding.ASCII.GetBytes(key));
        cbor.WriteText(Encoding.UTF8.GetBytes(value));
    }

    private static void WriteOp(in CborWriter cbor, SampleOp op)
    {
        cbor.WriteMap(op.Prev is null ? 3 : 4);
        cbor.WriteText("cid"u8);
        cbor.WriteLinkOrNull(op.Cid ?? default);
        WritePair(cbor, "path", op.Path);
        if (op.Prev is { } prev)
        {
            cbor.WriteText("prev"u8);
            cbor.WriteLink(prev);
        }

        WritePair(cbor, "action", op.Action);
    }
}

/// <summary>
/// A repo in memory that is written to, and the #commit of each write as hosts of Sync 1.1 send it:
/// with the nodes that it takes to undo it. Records are their paths and a number.
/// </summary>
public sealed class WrittenRepo
{
    private readonly SampleKey? _key;
    private readonly MstNodeSet _nodes = new();
    private MstTree _tree = new();
    private readonly Dictionary<string, (Cid Cid, byte[] Bytes)> _records = [];
    private long _microseconds = 1_700_000_000_000_000;
    private int _version;

    /// <param name="did">Whose repo it is.</param>
    /// <param name="key">Signs commits; without one the signature is 64 zeros.</param>
    public WrittenRepo(string did, SampleKey? key)
    {
        Did = did;
        _key = key;
    }

    public string Did { get; }

    /// <summary>Null before the first commit.</summary>
    public string? Rev { get; private set; }

    /// <summary>The root of the tree.</summary>
    public Cid Data => _tree.RootCid;

    public long Seq { get; private set; }

    public IReadOnlyCollection<string> Paths => _records.Keys;

    /// <summary>The collections in key order.</summary>
    public IReadOnlyList<string> Collections() =>
    [
        .. _records.Keys.Order(StringComparer.Ordinal)
            .Select(path => path[..path.IndexOf('/', StringComparison.Ordinal)]).Distinct(),
    ];

    /// <summary>
    /// Writes some records, those that are there anew, and removes others, as one commit.
    /// </summary>
    public SampleCommit Write(
        IReadOnlyCollection<string> written, IReadOnlyCollection<string> removed)
    {
        Cid? prevData = Rev is null ? null : Data;
        string? since = Rev;
        var ops = new List<SampleOp>();
        var blocks = new List<SampleBlock>();
        foreach (string path in written) ops.Add(Put(path, blocks));
        foreach (string path in removed) ops.Add(Remove(path));
        var nodes = new List<MstTreeNode>();
        _tree.AddNewNodes(nodes);
        if (nodes.Count == 0 && _records.Count == 0) nodes.Add(_tree.Root);
        foreach (var op in ops)
        {
            _tree.AddCoveringProof(Encoding.UTF8.GetBytes(op.Path), nodes);
        }

        foreach (var node in nodes) _nodes.Add(node);
        // From here on they are no new ones.
        _tree = new MstTree(_tree.RootCid, _nodes);
        _microseconds += 1_000_000;
        Rev = SampleTid.Of(_microseconds);
        var commit = SampleBlock.Of(Sign());
        SampleBlock[] all =
        [
            commit,
            .. nodes.Select(node => SampleBlock.Of(node.Block.ToArray())).DistinctBy(b => b.Cid),
            .. blocks,
        ];
        return new SampleCommit
        {
            Did = Did,
            Rev = Rev,
            Since = since,
            PrevData = prevData,
            Data = Data,
            Ops = ops,
            Car = new SampleCar([commit.Cid], all),
            Commit = commit.Cid,
            Seq = ++Seq,
        };
    }

    /// <summary>A batch of some writes and removals, of paths that sort nastily.</summary>
    public SampleCommit WriteRandomly(SampleRandom random, int opsMax)
    {
        string[] paths = [.. Paths.Order(StringComparer.Ordinal)];
        var fresh = NastyPaths.Make(
            random, 1 + random.Below(3), 1 + random.Below(opsMax), legal: true);
        var written = new HashSet<string>();
        var removed = new HashSet<string>();
        foreach (string path in fresh.Take(opsMax / 2)) written.Add(path);
        int others = paths.Length == 0 ? 0 : random.Below(1 + (opsMax / 2));
        for (int i = 0; i < others; i++)
        {
            string path = random.Pick<string>(paths);
            if (written.Contains(path) || removed.Contains(path)) continue;
            if (random.Chance(40)) written.Add(path);
            else removed.Add(path);
        }

        // The end of a collection now and then.
        if (paths.Length > 0 && random.Chance(30))
        {
            string some = random.Pick<string>(paths);
            string prefix = some[..(some.IndexOf('/', StringComparison.Ordinal) + 1)];
            foreach (string path in paths)
            {
                bool isOfIt = path.StartsWith(prefix, StringComparison.Ordinal);
                if (isOfIt && !written.Contains(path) && removed.Count < opsMax) removed.Add(path);
            }
        }

        return Write(written, removed);
    }

    /// <summary>The commit's block for the tree as it is.</summary>
    private byte[] Sign()
    {
        if (_key is not null) return PreorderRepo.Sign(Did, Rev!, _key, Data);
        var output = new ArrayBufferWriter<byte>();
        CommitEncoder.WriteSigned(
            output, Encoding.UTF8.GetBytes(Did), Encoding.UTF8.GetBytes(Rev!),
            new byte[CommitEncoder.SignatureBytes], Data);
        return output.WrittenSpan.ToArray();
    }

    private SampleOp Put(string path, List<SampleBlock> blocks)
    {
        byte[] key = Encoding.UTF8.GetBytes(path);
        var record = SampleBlock.Of(SampleRecord.Encode(("path", path), ("n", ++_version)));
        blocks.Add(record);
        bool isThere = _records.TryGetValue(path, out var before);
        Must(isThere
            ? _tree.Update(key, record.Cid, out _)
            : _tree.Insert(key, record.Cid));
        _records[path] = (record.Cid, record.Bytes);
        return isThere
            ? new SampleOp("update", path, record.Cid, before.Cid)
            : new SampleOp("create", path, record.Cid, null);
    }

    private SampleOp Remove(string path)
    {
        Must(_tree.Delete(Encoding.UTF8.GetBytes(path), out var previous));
        _records.Remove(path);
        return new SampleOp("delete", path, null, previous);
    }

    private static void Must(MstTreeResult result)
    {
        if (!result.IsDone) throw new InvalidDataException(result.ToString());
    }
}
