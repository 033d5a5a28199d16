using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Atproto.Multiformats;

namespace Atproto.Repo;

/// <summary>
/// Every block of one CAR by the first 16 bytes of its digest. Filled in file order, then sealed:
/// sorted by digest, which is uniform, so that a lookup starts at the right place and touches a
/// line or two.
/// </summary>
/// <remarks>
/// A sorted array instead of a hash table, because it takes 28 bytes a block whatever the load, its
/// duplicates are neighbours, and it needs no size known beforehand. It lives outside the collected
/// heap: growing moves pages instead of copying them, and disposing gives them back at once. The
/// plain twin is a dictionary in the tests. Not for use by several threads. The other half of a
/// digest is kept as 32 bits of a hash under a key that nobody outside knows: a link can be made to
/// share the first half with a block without any work, and must not find it.
/// </remarks>
public sealed unsafe class BlockTable : IDisposable
{
    // Few enough entries per start that a lookup reads one or two cache lines of entries.
    private const int EntriesPerStart = 4;

    // Below this a radix pass costs more than moving neighbours.
    private const int InsertionSortMax = 32;

    private Entry* _entries;
    private uint* _starts;
    private uint* _ordinals;
    private int _capacity;
    private int _startBits;

    public int Count { get; private set; }

    /// <summary>Bytes held outside the collected heap.</summary>
    public long Bytes =>
        ((long)_capacity * sizeof(Entry)) + (_starts == null ? 0 : (long)Count * sizeof(uint) * 2);

    public void Add(in Cid cid, BlockPlace place)
    {
        if (Count == _capacity)
        {
            _capacity = Math.Max(64, _capacity + (_capacity / 2));
            _entries = (Entry*)NativeMemory.Realloc(
                _entries, (nuint)_capacity * (nuint)sizeof(Entry));
        }

        var prefix = cid.DigestPrefix;
        _entries[Count++] = new Entry(
            (ulong)(prefix >> 64), (ulong)prefix, place, SuffixHash(cid));
    }

    /// <summary>
    /// Sorts, drops all but the first of equal blocks, and makes lookups possible. Where two blocks
    /// share the prefix, <paramref name="areEqual"/> says whether they really are the same one;
    /// false is returned, and the table is of no use, when they are not.
    /// </summary>
    public bool Seal(Func<BlockPlace, BlockPlace, bool> areEqual)
    {
        Sort(_entries, Count, 56);
        if (!DropDuplicates(areEqual)) return false;

        _startBits = Math.Max(1, BitOperations.Log2((uint)Math.Max(1, Count / EntriesPerStart)));
        int startCount = (1 << _startBits) + 1;
        _starts = (uint*)NativeMemory.Alloc((nuint)startCount, sizeof(uint));
        _ordinals = (uint*)NativeMemory.AllocZeroed((nuint)Math.Max(1, Count), sizeof(uint));
        int at = 0;
        for (int start = 0; start < startCount; start++)
        {
            while (at < Count && StartOf(_entries[at].High) < start) at++;
            _starts[start] = (uint)at;
        }

        return true;
    }

    /// <summary>The position of a dag-cbor block; false when the file does not hold it.</summary>
    public bool TryFind(in Cid cid, out int index) => TryFind(cid, raw: false, out index);

    /// <summary>The position of a raw block.</summary>
    public bool TryFindRaw(in Cid cid, out int index) => TryFind(cid, raw: true, out index);

    /// <summary>
    /// Looks many CIDs up at once; each is 36 bytes of <paramref name="block"/> from its
    /// start. Gives positions, -1 for those not there or with a negative start. Step by step over
    /// all of them, so that the waits for memory overlap instead of adding up.
    /// </summary>
    public void FindAll(ReadOnlySpan<byte> block, ReadOnlySpan<int> cidStarts, Span<int> indexes)
    {
        foreach (int cidStart in cidStarts)
        {
            if (cidStart >= 0) Prefetch(_starts + StartOf(DigestHigh(block, cidStart)));
        }

        foreach (int cidStart in cidStarts)
        {
            if (cidStart < 0) continue;
            var entry = _entries + _starts[StartOf(DigestHigh(block, cidStart))];
            Prefetch(entry);
            Prefetch(entry + EntriesPerStart);
        }

        for (int i = 0; i < cidStarts.Length; i++)
        {
            indexes[i] = -1;
            if (cidStarts[i] < 0) continue;
            if (!Cid.TryRead(block.Slice(cidStarts[i], Cid.Bytes), out var cid)) continue;
            if (!TryFind(cid, cid.Codec == CidCodec.Raw, out int index)) continue;
            indexes[i] = index;
            Prefetch(_ordinals + index);
        }
    }

    /// <summary>Where a block lies.</summary>
    public BlockPlace PlaceAt(int index) => At(index).Place;

    public UInt128 DigestPrefixAt(int index) => new(At(index).High, At(index).Low);

    /// <summary>The number the walk gave a block, from 1; 0 while it was not reached.</summary>
    public ref uint OrdinalAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
        return ref _ordinals[index];
    }

    public void Dispose()
    {
        NativeMemory.Free(_entries);
        NativeMemory.Free(_starts);
        NativeMemory.Free(_ordinals);
        _entries = null;
        _starts = null;
        _ordinals = null;
        _capacity = 0;
        Count = 0;
    }

    private ref Entry At(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
        return ref _entries[index];
    }

    private bool TryFind(in Cid cid, bool raw, out int index)
    {
        var prefix = cid.DigestPrefix;
        ulong high = (ulong)(prefix >> 64);
        ulong low = (ulong)prefix;
        uint suffix = SuffixHash(cid);
        index = 0;
        if (Count == 0) return false;
        int start = StartOf(high);
        int from = (int)_starts[start];
        int to = (int)_starts[start + 1];
        int end = to;
        // Digests can be chosen so that many fall together: then halve instead of stepping, to the
        // first that is not less, whichever of them is asked for.
        while (to - from > InsertionSortMax)
        {
            int middle = from + ((to - from) / 2);
            if (_entries[middle].High < high) from = middle + 1;
            else to = middle;
        }

        for (int at = from; at < end && _entries[at].High <= high; at++)
        {
            ref var entry = ref _entries[at];
            if (entry.High != high || entry.Low != low) continue;
            if (entry.Place.Kind == BlockKind.Raw != raw || entry.SuffixHash != suffix) continue;
            index = at;
            return true;
        }

        return false;
    }

    private static void Prefetch(void* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }

    private static ulong DigestHigh(ReadOnlySpan<byte> block, int cidStart) =>
        BinaryPrimitives.ReadUInt64BigEndian(block[(cidStart + 4)..]);

    private int StartOf(ulong high) => (int)(high >> (64 - _startBits));

    private bool DropDuplicates(Func<BlockPlace, BlockPlace, bool> areEqual)
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            ref var entry = ref _entries[i];
            int twin = TwinOf(entry, kept);
            if (twin < 0) _entries[kept++] = entry;
            else if (!areEqual(_entries[twin].Place, entry.Place)) return false;
        }

        Count = kept;
        return true;
    }

    // At most two entries with one digest are kept: a raw one and another. So two steps back
    // suffice.
    private int TwinOf(in Entry entry, int kept)
    {
        bool raw = entry.Place.Kind == BlockKind.Raw;
        for (int i = kept - 1; i >= 0 && i >= kept - 2; i--)
        {
            ref var other = ref _entries[i];
            if (other.High != entry.High || other.Low != entry.Low) return -1;
            if (other.Place.Kind == BlockKind.Raw == raw) return i;
        }

        return -1;
    }

    // Most significant byte first, in place: digests are uniform, so two passes leave a handful of
    // entries together. Where they do not (chosen on purpose), comparing takes over.
    private static void Sort(Entry* entries, int count, int shift)
    {
        if (count <= InsertionSortMax || shift < 40)
        {
            if (count <= InsertionSortMax) InsertionSort(entries, count);
            else new Span<Entry>(entries, count).Sort();
            return;
        }

        int* ends = stackalloc int[256];
        int* heads = stackalloc int[256];
        new Span<int>(ends, 256).Clear();
        for (int i = 0; i < count; i++) ends[(byte)(entries[i].High >> shift)]++;
        int sum = 0;
        for (int bucket = 0; bucket < 256; bucket++)
        {
            heads[bucket] = sum;
            sum += ends[bucket];
            ends[bucket] = sum;
        }

        for (int bucket = 0; bucket < 256; bucket++)
        {
            while (heads[bucket] < ends[bucket])
            {
                var entry = entries[heads[bucket]];
                int home = (byte)(entry.High >> shift);
                while (home != bucket)
                {
                    var displaced = entries[heads[home]];
                    entries[heads[home]++] = entry;
                    entry = displaced;
                    home = (byte)(entry.High >> shift);
                }

                entries[heads[bucket]++] = entry;
            }
        }

        int from = 0;
        for (int bucket = 0; bucket < 256; bucket++)
        {
            Sort(entries + from, ends[bucket] - from, shift - 8);
            from = ends[bucket];
        }
    }

    private static void InsertionSort(Entry* entries, int count)
    {
        for (int i = 1; i < count; i++)
        {
            var entry = entries[i];
            int hole = i;
            for (; hole > 0 && entries[hole - 1].CompareTo(entry) > 0; hole--)
            {
                entries[hole] = entries[hole - 1];
            }

            entries[hole] = entry;
        }
    }

    private static uint SuffixHash(in Cid cid)
    {
        var suffix = cid.DigestSuffix;
        return DigestHash.Of((ulong)(suffix >> 64), (ulong)suffix);
    }

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly record struct Entry(ulong High, ulong Low, BlockPlace Place, uint SuffixHash)
        : IComparable<Entry>
    {
        public int CompareTo(Entry other)
        {
            if (High != other.High) return High < other.High ? -1 : 1;
            if (Low != other.Low) return Low < other.Low ? -1 : 1;
            return Place.Bits.CompareTo(other.Place.Bits);
        }
    }
}
