using System.Text;
using Atproto.Multiformats;
using Atproto.Repo;

namespace PdsReadonly.Cli;

/// <summary>Counts and measures what the walk of one repo meets.</summary>
/// <remarks>8 bytes of memory a block and record, which finding the median takes.</remarks>
internal sealed class RepoSurvey : IRepoSink
{
    private readonly List<CollectionSurvey> _collections = [];
    private readonly List<int> _blockBytes = [];
    private readonly List<int> _recordBytes = [];
    private readonly HashSet<Cid> _blobs = [];
    private byte[] _collection = [];

    /// <summary>In key order.</summary>
    internal IReadOnlyList<CollectionSurvey> Collections => _collections;

    /// <summary>Different blobs that records reference.</summary>
    internal int Blobs => _blobs.Count;

    /// <summary>Sections that repeat a block.</summary>
    internal long Duplicates { get; private set; }

    /// <summary>Blocks that the head does not lead to, without raw ones.</summary>
    internal int Unreached { get; private set; }

    public void OnBlock(uint ordinal, UInt128 digestPrefix, BlockPlace place) =>
        _blockBytes.Add(place.Length);

    public void OnRecord(
        ReadOnlySpan<byte> collection, ReadOnlySpan<byte> rkey, uint ordinal, bool hasForm)
    {
        if (!collection.SequenceEqual(_collection))
        {
            _collection = collection.ToArray();
            _collections.Add(new CollectionSurvey(Encoding.UTF8.GetString(collection)));
        }

        int bytes = _blockBytes[(int)ordinal];
        _recordBytes.Add(bytes);
        _collections[^1].Add(rkey, bytes);
    }

    public void OnBlobReference(in Cid cid, ReadOnlySpan<byte> mimeType) => _blobs.Add(cid);

    /// <summary>Looks at what a walk that came to its end did not reach. Call once.</summary>
    internal void CountLeftovers(BlockTable blocks, RepoCounts counts)
    {
        Duplicates = counts.Sections - counts.SectionsSkipped - blocks.Count;
        for (int i = 0; i < blocks.Count; i++)
        {
            var place = blocks.PlaceAt(i);
            if (place.Kind != BlockKind.Raw && blocks.OrdinalAt(i) == 0) Unreached++;
        }
    }

    /// <summary>Over all collections.</summary>
    internal KeyTimes Times()
    {
        var times = default(KeyTimes);
        foreach (var collection in _collections) times.Add(collection.Times);
        return times;
    }

    /// <summary>Sizes of records in bytes, one for each path; null when there are none.</summary>
    internal (int Min, int Median, int Max, long Total)? RecordBytes()
    {
        if (_recordBytes.Count == 0) return null;
        _recordBytes.Sort();
        // Of an even number the lower middle one, which is the size of a record that is there.
        int median = _recordBytes[(_recordBytes.Count - 1) / 2];
        return (_recordBytes[0], median, _recordBytes[^1], _recordBytes.Sum(bytes => (long)bytes));
    }
}

/// <summary>What one collection holds.</summary>
internal sealed class CollectionSurvey(string nsid)
{
    private KeyTimes _times;

    internal string Nsid { get; } = nsid;

    internal long Records { get; private set; }

    internal long Bytes { get; private set; }

    internal KeyTimes Times => _times;

    internal void Add(ReadOnlySpan<byte> rkey, int bytes)
    {
        Records++;
        Bytes += bytes;
        _times.Add(rkey);
    }
}
