using System.Buffers;
using System.Text;
using Atproto.Car;
using Atproto.Mst;
using Atproto.Multiformats;
using PdsReadonly.Archive;
using PdsReadonly.Index;

namespace PdsReadonly.Events;

/// <summary>What became of a record that was to be added to a batch.</summary>
internal enum BatchStep
{
    Added,

    /// <summary>With it the batch would be too large.</summary>
    Full,

    /// <summary>CAR or index are not what they were.</summary>
    Unreadable,
}

/// <summary>
/// Some records of a head as one #commit: the commit, the nodes on the ways to the records, which
/// prove them, and the records (https://atproto.com/specs/sync#commit-messages).
/// </summary>
internal sealed class ReplayBatch(RepoReader reader)
{
    /// <summary>Of the CAR slice, as consumers limit it.</summary>
    internal const int BlocksBytesMax = 2_000_000;

    /// <summary>As consumers limit it.</summary>
    internal const int OpsMax = 200;

    private readonly Dictionary<Cid, byte[]> _nodes = [];
    private readonly HashSet<Cid> _known = [];
    private readonly List<(Cid Cid, byte[] Block)> _path = [];
    private readonly List<(Cid Cid, BlockLocation Place)> _records = [];
    private readonly List<CommitOp> _ops = [];
    private byte[] _commit = [];
    private int _blocksLength;

    internal int Count => _ops.Count;

    /// <summary>Begins with the commit; false when it cannot be read.</summary>
    internal bool TryBegin()
    {
        if (reader.Read(reader.Index.Head, out var block) != ReadStatus.Done) return false;
        _commit = block.ToArray();
        _blocksLength = CarLength.Header(1) + CarLength.Section(_commit.Length);
        _known.Add(reader.Index.Head);
        return true;
    }

    internal BatchStep Add(in PlacedRecord record)
    {
        if (_ops.Count == OpsMax) return BatchStep.Full;
        byte[] path = Encoding.ASCII.GetBytes(record.Collection + "/" + Encoding.ASCII.GetString(
            record.Rkey));
        if (!TryWalk(path, out var cid)) return BatchStep.Unreadable;
        var place = reader.Index.LocationOf(record.Ordinal);
        int more = 0;
        foreach (var (_, block) in _path) more += CarLength.Section(block.Length);
        bool isNew = !_known.Contains(cid) && !_path.Exists(node => node.Cid == cid);
        if (isNew) more += CarLength.Section(place.Length);
        if (more > BlocksBytesMax - _blocksLength) return BatchStep.Full;

        _blocksLength += more;
        foreach (var (node, block) in _path)
        {
            _nodes.Add(node, block);
            _known.Add(node);
        }

        if (isNew)
        {
            _records.Add((cid, place));
            _known.Add(cid);
        }

        _ops.Add(new CommitOp(path, cid));
        return BatchStep.Added;
    }

    /// <summary>
    /// Writes the message, or nothing where a record is not what the tree names: then false.
    /// </summary>
    internal bool TryWrite(CommitFrame frame, IBufferWriter<byte> output)
    {
        byte[] records = ArrayPool<byte>.Shared.Rent(BlocksBytesMax);
        try
        {
            if (!TryReadRecords(records)) return false;
            frame.WriteStart(output, _ops, _blocksLength);
            CarWriter.WriteHeader(output, frame.Commit);
            CarWriter.WriteSection(output, frame.Commit, _commit);
            foreach (var (cid, block) in _nodes) CarWriter.WriteSection(output, cid, block);
            int at = 0;
            foreach (var (cid, place) in _records)
            {
                CarWriter.WriteSection(output, cid, records.AsSpan(at, place.Length));
                at += place.Length;
            }

            frame.WriteEnd(output);
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(records);
        }
    }

    private bool TryReadRecords(Span<byte> target)
    {
        foreach (var (cid, place) in _records)
        {
            var status = reader.Read(place, target[..place.Length], out var found);
            if (status != ReadStatus.Done || found != cid) return false;
            target = target[place.Length..];
        }

        return true;
    }

    // The way from the root to a record; nodes that the batch does not hold yet are put aside.
    private bool TryWalk(ReadOnlySpan<byte> path, out Cid record)
    {
        _path.Clear();
        record = reader.Index.Data;
        for (int layer = 0; layer < MstLimits.LayersMax; layer++)
        {
            if (!_nodes.TryGetValue(record, out byte[]? block))
            {
                if (reader.Read(record, out var read) != ReadStatus.Done) return false;
                block = read.ToArray();
                _path.Add((record, block));
            }

            if (reader.Node.Read(block) != MstError.None) return false;
            switch (MstSearch.Next(reader.Node, block, path, out record))
            {
                case MstStep.Descend: continue;
                case MstStep.Found: return true;
                default: return false;
            }
        }

        return false;
    }
}
