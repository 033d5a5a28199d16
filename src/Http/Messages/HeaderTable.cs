using System.Text;

namespace Http.Messages;

/// <summary>
/// Where the header lines of one request lie in the receive buffer. Kept and refilled from request
/// to request, so that a head costs no allocation; every look-up needs the head's bytes again.
/// </summary>
internal sealed class HeaderTable
{
    private Entry[] _entries = new Entry[16];

    internal int Count { get; private set; }

    internal void Clear() => Count = 0;

    internal void Add(ByteRange name, ByteRange value)
    {
        if (Count == _entries.Length) Array.Resize(ref _entries, Count * 2);
        _entries[Count++] = new Entry(name, value);
    }

    internal ReadOnlySpan<byte> Name(ReadOnlySpan<byte> head, int index) =>
        _entries[index].Name.Of(head);

    internal ReadOnlySpan<byte> Value(ReadOnlySpan<byte> head, int index) =>
        _entries[index].Value.Of(head);

    /// <summary>The index of the first line at or after <paramref name="from"/>, or -1.</summary>
    internal int Find(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name, int from = 0)
    {
        for (int index = from; index < Count; index++)
        {
            if (_entries[index].Name.Length == name.Length
                && Ascii.EqualsIgnoreCase(Name(head, index), name))
            {
                return index;
            }
        }

        return -1;
    }

    private readonly record struct Entry(ByteRange Name, ByteRange Value);
}
