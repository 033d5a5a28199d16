namespace Atproto.Cbor;

/// <summary>
/// The keys of all maps that are open at one point of a walk, the innermost one's on top. Each key
/// is put there once and sorted once, by its own map, however deep that lies: so that what a block
/// costs grows with its size and not with its nesting.
/// </summary>
internal sealed class KeyStack : IComparer<KeyStack.Key>
{
    private Key[] _keys = new Key[64];
    private byte[] _bytes = new byte[1024];
    private int _count;
    private int _used;

    /// <summary>How many keys were ever put here.</summary>
    internal long Pushed { get; private set; }

    internal void Push(ReadOnlySpan<byte> key)
    {
        if (_count == _keys.Length) Array.Resize(ref _keys, 2 * _count);
        if (key.Length > _bytes.Length - _used)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _used + key.Length));
        }

        key.CopyTo(_bytes.AsSpan(_used));
        _keys[_count++] = new Key(_used, key.Length);
        _used += key.Length;
        Pushed++;
    }

    /// <summary>
    /// Takes the keys of the innermost map away. Whether two of them are equal; where they came in
    /// order that is known and not looked for.
    /// </summary>
    internal bool PopHasDuplicates(int keyCount, bool sorted)
    {
        if (keyCount == 0) return false;
        int first = _count - keyCount;
        int start = _keys[first].Start;
        bool found = !sorted && HasDuplicates(first, keyCount);
        _count = first;
        _used = start;
        return found;
    }

    public int Compare(Key x, Key y) => CborKeyOrder.Compare(BytesOf(x), BytesOf(y));

    private bool HasDuplicates(int first, int keyCount)
    {
        Array.Sort(_keys, first, keyCount, this);
        for (int i = first + 1; i < _count; i++)
        {
            if (Compare(_keys[i - 1], _keys[i]) == 0) return true;
        }

        return false;
    }

    private ReadOnlySpan<byte> BytesOf(Key key) => _bytes.AsSpan(key.Start, key.Length);

    /// <summary>Where a key's bytes are.</summary>
    internal readonly record struct Key(int Start, int Length);
}
