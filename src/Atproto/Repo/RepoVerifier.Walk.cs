using System.Collections;
using System.Text;
using Atproto.Car;
using Atproto.Cbor;
using Atproto.Multiformats;
using Atproto.Mst;
using Atproto.Syntax;

namespace Atproto.Repo;

/// <summary>The second pass: the tree, in the order of a canonical export.</summary>
public sealed partial class RepoVerifier
{
    private readonly List<Frame> _frames = [];
    private readonly byte[] _lastKey = new byte[MstLimits.KeyBytesMax];
    private readonly HashSet<int> _recordsLikeNodes = [];

    // By ordinal, the records that have no JSON form; null until the first of them.
    private BitArray? _formless;
    private int _lastKeyLength;
    private int _lastCollectionLength;
    private uint _nextOrdinal;

    /// <summary>
    /// Walks the tree from the commit, checks all of it, and tells the sink. Null when all is well;
    /// after a fault, what the sink was told is to be thrown away.
    /// </summary>
    public RepoFault? Walk(IRepoSink sink)
    {
        var commit = Commit ?? throw new InvalidOperationException("ReadBlocks comes first");
        try
        {
            _nextOrdinal = 1;
            _lastKeyLength = 0;
            _lastCollectionLength = 0;
            _recordsLikeNodes.Clear();
            _formless = null;
            Counts.ExportBytes = CarLength.Header(1);
            _blocks.TryFind(commit.Cid, out int index);
            Tell(sink, index, 0, CarPlaceOf(_blocks.PlaceAt(index)));
            var fault = WalkFrom(commit.Data, sink);
            Counts.Blocks = _nextOrdinal;
            return fault;
        }
        catch (IOException e) when (e is not SpillFailedException)
        {
            return RepoFault.Of(CarError.ReadFailed) with { Message = e.Message };
        }
    }

    private RepoFault? WalkFrom(in Cid root, IRepoSink sink)
    {
        int depth = 0;
        if (!_blocks.TryFind(root, out int rootIndex)) return Fault(MstError.NodeMissing, root);
        var fault = Open(depth, root, rootIndex, parent: null, sink);
        while (fault is null && depth >= 0)
        {
            Stop.ThrowIfCancellationRequested();
            var frame = _frames[depth];
            if (frame.NextChild(out var child, out int childIndex))
            {
                fault = Open(++depth, child, childIndex, frame, sink);
            }
            else if (frame.NextEntry < frame.Node.EntryCount)
            {
                fault = TakeEntry(frame, sink);
            }
            else
            {
                depth--;
            }
        }

        return fault;
    }

    private RepoFault? Open(int depth, in Cid cid, int index, Frame? parent, IRepoSink sink)
    {
        if (parent?.Layer == 0) return Fault(MstError.BelowLayerZero, cid);
        if (index < 0) return Fault(MstError.NodeMissing, cid);
        // A node may have been a record before: the same bytes can be both.
        bool isTold = _blocks.OrdinalAt(index) != 0;
        if (isTold && !_recordsLikeNodes.Remove(index)) return Fault(MstError.NodeRepeated, cid);

        var block = ReadBlock(index, cid, out var place, out var readFault);
        if (readFault is not null) return readFault;
        if (depth == _frames.Count) _frames.Add(new Frame());
        var frame = _frames[depth];
        var error = frame.Load(cid, place, block);
        if (error != MstError.None)
        {
            string? detail =
                error == MstError.NodeMalformed ? frame.Node.CborError.Describe() : null;
            return RepoFault.Of(error, cid, place.Offset, default, detail);
        }

        error = SetLayer(frame, parent);
        if (error != MstError.None) return RepoFault.Of(error, cid, place.Offset, default);
        frame.FindLinks(_blocks);
        Counts.Nodes++;
        if (isTold) return null;
        _blocks.OrdinalAt(index) = _nextOrdinal + 1;
        Tell(sink, index, _nextOrdinal++, place);
        return null;
    }

    private MstError SetLayer(Frame frame, Frame? parent)
    {
        bool holdsNothing = frame.Node.EntryCount == 0 && frame.Node.LeftStart < 0;
        if (parent is not null)
        {
            frame.Layer = parent.Layer - 1;
            return holdsNothing ? MstError.NodeEmpty : MstError.None;
        }

        if (holdsNothing) return MstError.None;
        if (frame.Node.EntryCount == 0) return MstError.RootWithoutEntries;
        // A first entry may claim a prefix it cannot have; the walk says so when it gets there.
        var first = frame.Node.Entries[0];
        frame.Layer = MstLayer.Of(frame.Block.Slice(first.SuffixStart, first.SuffixLength));
        Counts.Layers = frame.Layer + 1;
        return frame.Layer >= MstLimits.LayersMax ? MstError.TooHigh : MstError.None;
    }

    private RepoFault? TakeEntry(Frame frame, IRepoSink sink)
    {
        int i = frame.NextEntry;
        var error = frame.BuildKey(i);
        if (error != MstError.None) return Fault(error, frame.Cid, frame.Place, frame.Key);
        var key = frame.Key;
        if (!TrySplit(key, out int collectionLength)) error = MstError.KeyNotPath;
        else if (key.SequenceCompareTo(_lastKey.AsSpan(0, _lastKeyLength)) <= 0)
        {
            error = MstError.KeysUnordered;
        }
        else if (MstLayer.Of(key) != frame.Layer) error = MstError.KeyOnWrongLayer;

        int index = frame.ValueIndex(i);
        if (error == MstError.None && index < 0) error = MstError.RecordMissing;
        if (error == MstError.RecordMissing) return Fault(error, frame.ValueAt(i), null, key);
        if (error != MstError.None) return Fault(error, frame.Cid, frame.Place, key);

        key.CopyTo(_lastKey);
        _lastKeyLength = key.Length;
        _lastCollectionLength = collectionLength;
        frame.EntryTaken();
        return TakeRecord(frame.ValueAt(i), index, key, collectionLength, sink);
    }

    // Most keys are in the collection of the key before, whose NSID was checked there.
    private bool TrySplit(ReadOnlySpan<byte> key, out int collectionLength)
    {
        int length = _lastCollectionLength + 1;
        bool same = length > 1 && key.Length > length
            && key[..length].SequenceEqual(_lastKey.AsSpan(0, length));
        if (!same)
        {
            bool isPath = RepoPath.TrySplit(key, out collectionLength);
            if (isPath) NoteCollection(key[..collectionLength]);
            return isPath;
        }

        collectionLength = _lastCollectionLength;
        return RecordKey.IsValid(key[length..]);
    }

    private RepoFault? TakeRecord(
        in Cid cid, int index, ReadOnlySpan<byte> key, int collectionLength, IRepoSink sink)
    {
        ref uint ordinal = ref _blocks.OrdinalAt(index);
        var place = _blocks.PlaceAt(index);
        if (place.Kind == BlockKind.MayBeNode && ordinal == 0) _recordsLikeNodes.Add(index);
        // Once for each block, however many paths lead to it: else one large record under a million
        // paths would be read a million times.
        if (ordinal == 0 && place.Kind != BlockKind.Plain)
        {
            var record = ReadBlock(index, cid, out place, out var fault);
            if (fault is not null) return fault;
            if (IsRecord(record)) BlobReferences.FindInChecked(record, sink);
            else NoteFormless(_nextOrdinal);
        }

        if (ordinal == 0)
        {
            ordinal = _nextOrdinal + 1;
            Tell(sink, index, _nextOrdinal++, place);
        }

        Counts.Records++;
        bool hasForm = _formless is null || !_formless[(int)(ordinal - 1)];
        sink.OnRecord(
            key[..collectionLength], key[(collectionLength + 1)..], ordinal - 1, hasForm);
        return null;
    }

    private void NoteCollection(ReadOnlySpan<byte> nsid)
    {
        if (Nsid.IsNormalized(nsid)) return;
        Counts.CollectionsUnnormalized++;
        Counts.UnnormalizedCollection ??= Encoding.ASCII.GetString(nsid);
    }

    private void NoteFormless(uint ordinal)
    {
        Counts.RecordsUndecodable++;
        _formless ??= new BitArray(_blocks.Count);
        _formless[(int)ordinal] = true;
    }

    private void Tell(IRepoSink sink, int index, uint ordinal, BlockPlace place)
    {
        Counts.ExportBytes += CarLength.Section(place.Length);
        sink.OnBlock(ordinal, _blocks.DigestPrefixAt(index), place);
    }

    private static RepoFault Fault(
        MstError error, in Cid cid, BlockPlace? place = null, ReadOnlySpan<byte> key = default) =>
        RepoFault.Of(error, cid, place?.Offset, key);

    /// <summary>One node on the way from the root to where the walk stands.</summary>
    private sealed class Frame
    {
        private readonly byte[] _key = new byte[MstLimits.KeyBytesMax];
        private byte[] _block = new byte[1024];
        private int[] _linkStarts = [];
        private int[] _linkIndexes = [];
        private int _blockLength;
        private int _keyLength;
        private bool _childTaken;

        internal MstNode Node { get; } = new();

        internal Cid Cid { get; private set; }

        internal BlockPlace Place { get; private set; }

        internal int Layer { get; set; }

        /// <summary>The entry to take next; the subtree in front of it comes first.</summary>
        internal int NextEntry { get; private set; }

        internal ReadOnlySpan<byte> Block => _block.AsSpan(0, _blockLength);

        internal ReadOnlySpan<byte> Key => _key.AsSpan(0, _keyLength);

        internal MstError Load(in Cid cid, BlockPlace place, ReadOnlySpan<byte> block)
        {
            if (block.Length > MstLimits.NodeBytesMax) return MstError.NodeTooLarge;
            if (block.Length > _block.Length)
            {
                _block = new byte[Math.Max(block.Length, 2 * _block.Length)];
            }
            block.CopyTo(_block);
            _blockLength = block.Length;
            _keyLength = 0;
            _childTaken = false;
            Cid = cid;
            Place = place;
            NextEntry = 0;
            return Node.Read(Block);
        }

        /// <summary>
        /// Looks up every link of the node: record and subtree of each entry, then the left.
        /// </summary>
        internal void FindLinks(BlockTable blocks)
        {
            int count = (2 * Node.EntryCount) + 1;
            if (_linkStarts.Length < count)
            {
                _linkStarts = new int[Math.Max(count, 64)];
                _linkIndexes = new int[_linkStarts.Length];
            }

            for (int i = 0; i < Node.EntryCount; i++)
            {
                _linkStarts[2 * i] = Node.Entries[i].ValueStart;
                _linkStarts[(2 * i) + 1] = Node.Entries[i].SubtreeStart;
            }

            _linkStarts[count - 1] = Node.LeftStart;
            blocks.FindAll(Block, _linkStarts.AsSpan(0, count), _linkIndexes);
        }

        internal int ValueIndex(int entry) => _linkIndexes[2 * entry];

        internal Cid ValueAt(int entry) => CidAt(Node.Entries[entry].ValueStart);

        /// <summary>The subtree that stands before the next entry, once.</summary>
        internal bool NextChild(out Cid child, out int index)
        {
            child = default;
            index = -1;
            if (_childTaken) return false;
            _childTaken = true;
            int link = NextEntry == 0 ? 2 * Node.EntryCount : (2 * NextEntry) - 1;
            if (_linkStarts[link] < 0) return false;
            index = _linkIndexes[link];
            child = CidAt(_linkStarts[link]);
            return true;
        }

        internal void EntryTaken()
        {
            NextEntry++;
            _childTaken = false;
        }

        /// <summary>Puts the entry's key together from the one before it.</summary>
        internal MstError BuildKey(int entry)
        {
            var e = Node.Entries[entry];
            if (e.PrefixLength > _keyLength) return MstError.PrefixTooLong;
            if (e.KeyLength > MstLimits.KeyBytesMax) return MstError.KeyTooLong;
            var suffix = Block.Slice(e.SuffixStart, e.SuffixLength);
            // Were the next bytes equal too, they had to be shared.
            bool sharesMore = entry > 0 && e.PrefixLength < _keyLength && !suffix.IsEmpty
                && _key[e.PrefixLength] == suffix[0];
            if (sharesMore) return MstError.PrefixNotMaximal;
            suffix.CopyTo(_key.AsSpan(e.PrefixLength));
            _keyLength = e.KeyLength;
            return MstError.None;
        }

        private Cid CidAt(int start)
        {
            Cid.TryRead(Block.Slice(start, Multiformats.Cid.Bytes), out var cid);
            return cid;
        }
    }
}
