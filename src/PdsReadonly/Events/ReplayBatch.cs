using System.Buffers;
using System.Text;
using Atproto.Car;
using Atproto.Mst;
using Atproto.Multiformats;
using Http.Work;
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

    /// <summary>Adds a record. What that costs is taken from the turn, but never refused.</summary>
    internal BatchStep Add(in PlacedRecord record, Turn turn)
    {
        if (_ops.Count == OpsMax) return BatchStep.Full;
        byte[] path = Encoding.ASCII.GetBytes(record.Collection + "/" + Encoding.ASCII.GetString(
            record.Rkey));
        var step = TryWalk(path, turn, out var cid);
        if (step != BatchStep.Added) return step;
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
        byte[] records = ArrayPool<byte>.Shared.Rent(_records.Sum(record => record.Place.Length));
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
    private BatchStep TryWalk(ReadOnlySpan<byte> path, Turn turn, out Cid record)
    {
        _path.Clear();
        record = reader.Index.Data;
        int more = 0;
        for (int layer = 0; layer < MstLimits.LayersMax; layer++)
        {
            if (!_nodes.TryGetValue(record, out byte[]? block))
            {
                if (!reader.Index.TryFind(record, out var place)) return BatchStep.Unreadable;
                more += CarLength.Section(place.Length);
                // It would not fit with the record below it, whichever that is.
                if (more > BlocksBytesMax - _blocksLength) return BatchStep.Full;
                turn.Take(Turn.ReadCost + place.Length);
                if (reader.Read(record, out var read) != ReadStatus.Done)
                {
                    return BatchStep.Unreadable;
                }

                block = read.ToArray();
                _path.Add((record, block));
            }

            if (reader.Node.Read(block) != MstError.None) return BatchStep.Unreadable;
            switch (MstSearch.Next(reader.Node, block, path, out record))
            {
                case MstStep.Descend: continue;
                case MstStep.Found: return BatchStep.Added;
                default: return BatchStep.Unreadable;
            }
        }

        return BatchStep.Unreadable;
    }
}
