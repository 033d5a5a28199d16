using System.Buffers.Binary;

namespace PdsReadonly.Archive;

/// <summary>
/// What a serving thread used lately and has verified: whole answers and tree nodes, by a key that
/// holds the CID they follow from, so that nothing in here is of another head. A ring of bytes:
/// what was put in first goes first. For one thread; answers that are asked for again and again
/// cost no read and no hash.
/// </summary>
internal sealed class HotCache
{
    /// <summary>Bytes of keys and values, for each thread that serves: 8 MB over all.</summary>
    internal static readonly int RingBytes =
        Math.Clamp((8 << 20) / Environment.ProcessorCount, 1 << 18, 4 << 20);

    /// <summary>Larger ones are not kept: they would push out too much.</summary>
    internal const int ValueBytesMax = 8 * 1024;

    internal const int KeyBytesMax = 1024;

    // Places for each hash, of which the oldest is taken. With fewer many keys would find all
    // places of theirs in use while most others are free, and go in and out for ever.
    private const int Ways = 8;
    private const int SlotCount = 16 * 1024;
    private const int HeadBytes = 2 * sizeof(int);

    [ThreadStatic]
    private static Place? t_place;

    private static readonly Lock s_gate = new();
    private static readonly List<Place> s_places = [];

    private readonly byte[] _ring;
    private readonly Slot[] _slots = new Slot[SlotCount];

    // Counts all bytes ever written; the place in the ring is what is left by its length.
    private long _written;

    internal HotCache(TimeProvider time, int ringBytes)
    {
        Cars = new CarWatch(time);
        _ring = new byte[ringBytes];
    }

    /// <summary>Whether the files that entries come from have changed.</summary>
    internal CarWatch Cars { get; }

    /// <summary>The cache of the calling thread, made when first asked for.</summary>
    internal static HotCache OfThisThread(TimeProvider time) =>
        (t_place ??= AddPlace()).Current ??= new HotCache(time, RingBytes);

    /// <summary>
    /// Drops the caches of all threads; from any of them. A thread that is at work keeps its own
    /// until it is done.
    /// </summary>
    internal static void DropAll()
    {
        lock (s_gate)
        {
            foreach (var place in s_places) place.Current = null;
        }
    }

    /// <summary>The value is valid until the next <see cref="Add"/>.</summary>
    internal bool TryFind(scoped ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        int hash = HashOf(key);
        foreach (ref readonly var slot in PlacesOf(hash))
        {
            if (slot.Hash == hash && TryRead(slot, key, out value)) return true;
        }

        value = default;
        return false;
    }

    internal void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        int length = HeadBytes + key.Length + value.Length;
        if (value.Length > ValueBytesMax || key.Length > KeyBytesMax) return;
        int at = (int)(_written % _ring.Length);
        // An entry does not go around the ring's end.
        if (at + length > _ring.Length)
        {
            _written += _ring.Length - at;
            at = 0;
        }

        var room = _ring.AsSpan(at, length);
        BinaryPrimitives.WriteInt32LittleEndian(room, key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(room[sizeof(int)..], value.Length);
        key.CopyTo(room[HeadBytes..]);
        value.CopyTo(room[(HeadBytes + key.Length)..]);

        int hash = HashOf(key);
        // Its own place if it has one, so that a key is never there twice. Positions count from 1,
        // so that an empty slot is older than every entry.
        var places = PlacesOf(hash);
        int chosen = 0;
        for (int i = 0; i < Ways; i++)
        {
            bool isOwn = places[i].Hash == hash && places[i].Position > 0;
            if (isOwn || places[i].Position < places[chosen].Position) chosen = i;
            if (isOwn) break;
        }

        places[chosen] = new Slot(_written + 1, hash);
        _written += length;
    }

    private Span<Slot> PlacesOf(int hash) => _slots.AsSpan(hash & (SlotCount - Ways), Ways);

    private bool TryRead(Slot slot, scoped ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        value = default;
        long start = slot.Position - 1;
        bool isThere = start >= 0 && start > _written - _ring.Length;
        if (!isThere) return false;
        var entry = _ring.AsSpan((int)(start % _ring.Length));
        int keyLength = BinaryPrimitives.ReadInt32LittleEndian(entry);
        int valueLength = BinaryPrimitives.ReadInt32LittleEndian(entry[sizeof(int)..]);
        if (!entry.Slice(HeadBytes, keyLength).SequenceEqual(key)) return false;
        value = entry.Slice(HeadBytes + keyLength, valueLength);
        return true;
    }

    private static Place AddPlace()
    {
        var place = new Place();
        lock (s_gate) s_places.Add(place);
        return place;
    }

    // Seeded by the process: keys that share a place cannot be chosen from outside.
    private static int HashOf(ReadOnlySpan<byte> key)
    {
        var hash = new HashCode();
        hash.AddBytes(key);
        return hash.ToHashCode();
    }

    /// <summary>Where a thread has its cache, and others can take it away.</summary>
    private sealed class Place
    {
        internal volatile HotCache? Current;
    }

    private readonly record struct Slot(long Position, int Hash);
}
